using System.Text;
using Ecr.Emulator.Endpoints;
using Ecr.Emulator.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Ecr.Emulator.Server;

/// <summary>A fully read request, with its service and operation.</summary>
internal sealed class IncomingRequest
{
    public required string Method { get; init; }

    public required string Scheme { get; init; }

    public required string Host { get; init; }

    /// <summary>As received, without scheme, host and query.</summary>
    public required string Path { get; init; }

    /// <summary>As received, without the question mark.</summary>
    public required string Query { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public required bool ViaProxy { get; init; }

    public AwsService Service { get; private init; }

    public string Operation { get; private init; } = "";

    /// <summary>The form fields in the body; empty if the body is not a form.</summary>
    public IReadOnlyDictionary<string, string> Form { get; private init; } = new Dictionary<string, string>();

    public static async Task<IncomingRequest> ReadAsync(HttpContext context, bool viaProxy)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);

        var pathAndQuery = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = pathAndQuery.Split('?', 2)[0];
        var query = pathAndQuery[path.Length..].TrimStart('?');
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => string.Join(',', (IEnumerable<string?>)header.Value), StringComparer.OrdinalIgnoreCase);

        var host = context.Request.Host.Value ?? "";
        var form = ReadForm(headers, body.ToArray());
        var (service, operation) = Identify(context.Request.Method, host, path, headers, form);
        return new IncomingRequest
        {
            Method = context.Request.Method,
            Scheme = context.Request.Scheme,
            Host = host,
            Path = path,
            Query = query,
            Headers = headers,
            Body = body.ToArray(),
            ViaProxy = viaProxy,
            Form = form,
            Service = service,
            Operation = operation,
        };
    }

    private static Dictionary<string, string> ReadForm(Dictionary<string, string> headers, byte[] body)
    {
        var isForm = headers.GetValueOrDefault("Content-Type", "").StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
        return isForm
            ? QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body)).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal)
            : [];
    }

    private static (AwsService Service, string Operation) Identify(
        string method, string host, string path, Dictionary<string, string> headers, Dictionary<string, string> form)
    {
        if (path.StartsWith("/latest/", StringComparison.Ordinal))
        {
            return (AwsService.Imds, $"{method} {path}");
        }

        if (path == ContainerCredentialsService.PodIdentityPath || path.StartsWith(ContainerCredentialsService.PathPrefix, StringComparison.Ordinal))
        {
            return (AwsService.ContainerCredentials, $"{method} {path}");
        }

        if (path == SsoService.Path)
        {
            return (AwsService.Sso, method == "GET" ? SsoService.GetRoleCredentials : "");
        }

        if (path == SsoOidcService.Path)
        {
            return (AwsService.SsoOidc, method == "POST" ? SsoOidcService.CreateToken : "");
        }

        if (path == SigninService.Path)
        {
            return (AwsService.Signin, method == "POST" ? SigninService.CreateOAuth2Token : "");
        }

        if (form.TryGetValue("Action", out var action))
        {
            return (AwsService.Sts, action);
        }

        var target = headers.GetValueOrDefault("X-Amz-Target", "").Split('.', 2);
        var service = target[0] switch
        {
            EcrService.PrivateTarget => AwsService.Ecr,
            EcrService.PublicTarget => AwsService.EcrPublic,
            _ => AwsHost.Parse(host)?.Service ?? AwsService.Unknown,
        };
        return (service, target.ElementAtOrDefault(1) ?? "");
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>
/// Credentials that a container gets from the endpoint beside it, as ECS tasks and pods with EKS Pod Identity do:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html"/>.
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="httpClient">Calls the endpoint.</param>
/// <param name="resolve">Gets the addresses of a host name; the system if <see langword="null"/>.</param>
internal sealed class ContainerCredentials(
    Func<string, string?> environment, MetadataHttpClient httpClient, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : ICredentialSource
{
    private const string RelativeVariable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private const string FullVariable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private const string TokenVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    private const string TokenFileVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    private const int Attempts = 3;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);

    private static readonly Uri RelativeTo = new("http://169.254.170.2/");

    // ECS, and EKS Pod Identity on IPv4 and IPv6.
    private static readonly IPAddress[] KnownHosts = [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    public async Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken)
    {
        if (FindEndpoint() is not { } endpoint)
        {
            return CredentialResult.NotFound($"neither {RelativeVariable} nor {FullVariable} is set");
        }

        var origin = $"the container credentials endpoint {MessageText.Address(endpoint)}";
        var token = FindToken();
        lookup.Progress.WaitingFor = $"waiting for {origin}";
        var address = await CheckAsync(endpoint, cancellationToken).ConfigureAwait(false);
        var host = address == endpoint ? null : endpoint.IsDefaultPort ? endpoint.IdnHost : $"{endpoint.IdnHost}:{endpoint.Port}";
        var content = await GetAsync(() => CreateRequest(address, host, token), origin, token, lookup.Settings, cancellationToken).ConfigureAwait(false);
        try
        {
            return CredentialResult.Found(new ResolvedCredentials(CredentialsDocument.Read(content, "Token"), origin));
        }
        catch (FormatException e)
        {
            throw Invalid(EcrCredentialErrorReason.NoAwsCredentials, origin, e.Message, e);
        }
    }

    private Uri? FindEndpoint()
    {
        // Paths are not shown: an id in the path is all that separates the credentials of one ECS task from another's.
        if (environment(RelativeVariable) is { } path)
        {
            return path.StartsWith('/') && Uri.TryCreate(RelativeTo, path, out var endpoint) && endpoint.Host == RelativeTo.Host
                ? endpoint
                : throw EcrCredentialException.InvalidConfiguration($"{RelativeVariable} is not a path: it must begin with one slash");
        }

        if (environment(FullVariable) is not { } address)
        {
            return null;
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var full) && HttpAddress.HasValidHost(full)
            ? full
            : throw EcrCredentialException.InvalidConfiguration(
                $"{FullVariable} is not a valid URL: expected the form http://169.254.170.23/v1/credentials");
    }

    /// <summary>Checks the endpoint: over http, credentials and token are sent in clear text.</summary>
    /// <returns>The address to call. A name is resolved only once, so that the address that was checked is called.</returns>
    private async Task<Uri> CheckAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.Scheme == Uri.UriSchemeHttps || (endpoint.Scheme == Uri.UriSchemeHttp && (endpoint.IsLoopback || IsKnown(endpoint))))
        {
            return endpoint;
        }

        if (endpoint.Scheme == Uri.UriSchemeHttp && endpoint.HostNameType == UriHostNameType.Dns)
        {
            var addresses = await ResolveAsync(endpoint.IdnHost, cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0 && addresses.All(IPAddress.IsLoopback))
            {
                return new UriBuilder(endpoint) { Host = addresses[0].ToString() }.Uri;
            }
        }

        throw EcrCredentialException.InvalidConfiguration(
            $"{FullVariable} points to {MessageText.Quote(MessageText.Address(endpoint))}: it must be an https URL, or an http URL on this machine or on "
                + "169.254.170.2, 169.254.170.23 or [fd00:ec2::23]");
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await (resolve ?? Dns.GetHostAddressesAsync)(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    private static bool IsKnown(Uri endpoint) => IPAddress.TryParse(endpoint.Host, out var address) && KnownHosts.Contains(address);

    private string? FindToken()
    {
        var (source, token) = environment(TokenFileVariable) is { } named
            && HomeDirectory.Resolve(environment, new AwsSetting(TokenFileVariable, named)) is var path
            ? ($"the token in {MessageText.Quote(path)}", TokenTextFile.Read(path))
            : (TokenVariable, environment(TokenVariable));
        return token is null || HttpHeaderValue.IsValid(token)
            ? token
            : throw EcrCredentialException.InvalidConfiguration(
                $"{source} contains characters not allowed in an HTTP header: it must be one line of ASCII text");
    }

    private async Task<byte[]> GetAsync(
        Func<HttpRequestMessage> create, string origin, string? token, AwsSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var (status, content) = await httpClient.For(settings).SendAsync(create, AttemptTimeout, Attempts, cancellationToken).ConfigureAwait(false);
            return status == HttpStatusCode.OK
                ? content
                : throw Invalid(EcrCredentialErrorReason.ServiceError, origin, $"HTTP {(int)status}{DescribeError(content, token)}");
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.Unreachable,
                $"cannot reach {origin}: {ConnectionErrors.Describe(e)}. Check {RelativeVariable}, {FullVariable} and the agent at that address.",
                e);
        }
    }

    // The agents of ECS and EKS say why: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    private static string DescribeError(ReadOnlyMemory<byte> content, string? token)
    {
        try
        {
            using var document = JsonText.Parse(content);
            return (document.RootElement.FindText("code"), document.RootElement.FindText("message")) switch
            {
                ({ } code, { } message) => $", {MessageText.OneLine(code, [token])}: {MessageText.OneLine(message, [token]).TrimEnd('.')}",
                ({ } code, null) => $", {MessageText.OneLine(code, [token])}",
                (null, { } message) => $", {MessageText.OneLine(message, [token]).TrimEnd('.')}",
                _ => "",
            };
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static HttpRequestMessage CreateRequest(Uri address, string? host, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Host = host } };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        return request;
    }

    private static EcrCredentialException Invalid(EcrCredentialErrorReason reason, string origin, string why, Exception? cause = null) =>
        new(reason, $"invalid response from {origin}: {why}. Check the role of the task or pod, and {TokenFileVariable}.", cause);
}

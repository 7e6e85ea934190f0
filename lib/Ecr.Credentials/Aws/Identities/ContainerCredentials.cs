using System.Net;

namespace Ecr.Credentials.Aws.Identities;

/// <summary>
/// Credentials that a container gets from the endpoint beside it, as ECS tasks and pods with EKS Pod Identity do:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html"/>.
/// </summary>
internal sealed class ContainerCredentials(LocalHttpClient httpClient) : IIdentitySource
{
    private const string RelativeVariable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private const string FullVariable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private const string TokenVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    private const string TokenFileVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    private const int Attempts = 3;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);

    private static readonly Uri RelativeTo = new("http://169.254.170.2/");

    // Those of ECS, and of EKS Pod Identity on IPv4 and IPv6.
    private static readonly IPAddress[] KnownHosts = [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    public async Task<AwsIdentity?> FindAsync(IdentitySearch search, CancellationToken cancellationToken)
    {
        if (FindEndpoint() is not { } endpoint)
        {
            search.Miss($"neither {RelativeVariable} nor {FullVariable} is set");
            return null;
        }

        var host = endpoint.GetLeftPart(UriPartial.Authority);
        var origin = $"the container credentials endpoint {host}";
        search.PendingStep = $"There was no answer yet from {origin}.";
        var token = GetToken();
        try
        {
            var (status, content) = await httpClient.SendAsync(() => CreateRequest(endpoint, token), AttemptTimeout, Attempts, cancellationToken)
                .ConfigureAwait(false);
            return status == HttpStatusCode.OK
                ? new AwsIdentity(CredentialsDocument.Read(content, "Token"), origin)
                : throw new FormatException($"it is HTTP {(int)status}");
        }
        catch (FormatException e)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.NoAwsCredentials,
                $"The answer of {origin} cannot be used: {e.Message}. Check the role of the task or pod, and {TokenFileVariable}.",
                e);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.Unreachable,
                $"There is no answer from {origin}: {MessageText.OneLine(e.Message)} Check {RelativeVariable} and {FullVariable}.",
                e);
        }
    }

    private static Uri? FindEndpoint()
    {
        if (AwsEnvironment.Get(RelativeVariable) is { } path)
        {
            return path.StartsWith('/') && Uri.TryCreate(RelativeTo, path, out var endpoint) && endpoint.Host == RelativeTo.Host
                ? endpoint
                : throw Misconfigured($"{RelativeVariable} is {MessageText.Quote(path)}. It must be a path that begins with a slash.");
        }

        if (AwsEnvironment.Get(FullVariable) is not { } address)
        {
            return null;
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var full) && IsTrusted(full)
            ? full
            : throw Misconfigured(
                $"{FullVariable} is {MessageText.Quote(address)}. It must be an https address, or http on this machine, on 169.254.170.2, "
                    + "169.254.170.23 or [fd00:ec2::23].");
    }

    // Credentials and token go over the wire in the clear.
    private static bool IsTrusted(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp
            && (address.IsLoopback || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && KnownHosts.Contains(ip))));

    private static string? GetToken()
    {
        var token = AwsEnvironment.Get(TokenFileVariable) is { } path ? ReadToken(path) : AwsEnvironment.Get(TokenVariable);
        return token is not null && token.AsSpan().ContainsAny('\r', '\n')
            ? throw Misconfigured("The container authorization token has more than one line. It must be one header value.")
            : token;
    }

    private static string ReadToken(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Misconfigured($"{TokenFileVariable} names {MessageText.Quote(path)}, which cannot be read: {MessageText.OneLine(e.Message)}", e);
        }
    }

    private static HttpRequestMessage CreateRequest(Uri endpoint, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, endpoint);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        return request;
    }

    private static EcrCredentialException Misconfigured(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, message, cause);
}

using System.Net;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>
/// Credentials that a container gets from the endpoint beside it, as ECS tasks and pods with EKS Pod Identity do:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html"/>.
/// </summary>
/// <param name="environment">Reads a variable.</param>
/// <param name="httpClient">Asks the endpoint.</param>
internal sealed class ContainerCredentials(Func<string, string?> environment, MetadataHttpClient httpClient) : ICredentialSource
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

    public async Task<ResolvedCredentials?> FindAsync(CredentialLookup search, CancellationToken cancellationToken)
    {
        if (FindEndpoint() is not { } endpoint)
        {
            search.Miss($"neither {RelativeVariable} nor {FullVariable} is set");
            return null;
        }

        var origin = $"the container credentials endpoint {GetServer(endpoint)}";
        var token = FindToken();
        search.PendingStep = $"There was no answer yet from {origin}.";
        var content = await GetAsync(endpoint, token, origin, cancellationToken).ConfigureAwait(false);
        try
        {
            return new ResolvedCredentials(CredentialsDocument.Read(content, "Token"), origin);
        }
        catch (FormatException e)
        {
            throw Unusable(EcrCredentialErrorReason.NoAwsCredentials, origin, e.Message, e);
        }
    }

    private Uri? FindEndpoint()
    {
        // Paths are not told: an id in its path is all that keeps the credentials of one ECS task from another.
        if (environment(RelativeVariable) is { } path)
        {
            return path.StartsWith('/') && Uri.TryCreate(RelativeTo, path, out var endpoint) && endpoint.Host == RelativeTo.Host
                ? endpoint
                : throw Misconfigured($"{RelativeVariable} is not a path. It must begin with one slash.");
        }

        if (environment(FullVariable) is not { } address)
        {
            return null;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var full))
        {
            throw Misconfigured($"{FullVariable} is not an address. It must be one such as http://169.254.170.23/v1/credentials.");
        }

        return IsTrusted(full)
            ? full
            : throw Misconfigured(
                $"{FullVariable} leads to {MessageText.Quote(GetServer(full))}. It must be an https address, or http on this machine, on 169.254.170.2, "
                    + "169.254.170.23 or [fd00:ec2::23].");
    }

    // Credentials and token go over the wire in the clear.
    private static bool IsTrusted(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp
            && (address.IsLoopback || (IPAddress.TryParse(address.Host, out var ip) && KnownHosts.Contains(ip))));

    private string? FindToken()
    {
        var (source, token) = environment(TokenFileVariable) is { } path
            ? ($"The token in {MessageText.Quote(path)}", TokenTextFile.Read(path))
            : (TokenVariable, environment(TokenVariable));
        return token is null || HttpHeaderValue.IsValid(token)
            ? token
            : throw Misconfigured($"{source} has a line break or another character that no HTTP header may have. It must be one line of ASCII text.");
    }

    private async Task<byte[]> GetAsync(Uri endpoint, string? token, string origin, CancellationToken cancellationToken)
    {
        try
        {
            var (status, content) = await httpClient.SendAsync(() => CreateRequest(endpoint, token), AttemptTimeout, Attempts, cancellationToken)
                .ConfigureAwait(false);
            return status == HttpStatusCode.OK
                ? content
                : throw Unusable(EcrCredentialErrorReason.ServiceError, origin, $"it is HTTP {(int)status}");
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.Unreachable,
                $"There is no answer from {origin}: {ConnectionErrors.Explain(e)}. Check {RelativeVariable} and {FullVariable}, and the agent that serves it.",
                e);
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

    private static string GetServer(Uri address) => address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static EcrCredentialException Unusable(EcrCredentialErrorReason reason, string origin, string why, Exception? cause = null) =>
        new(reason, $"The answer of {origin} cannot be used: {why}. Check the role of the task or pod, and {TokenFileVariable}.", cause);

    private static EcrCredentialException Misconfigured(string message) => new(EcrCredentialErrorReason.InvalidConfiguration, message);
}

using System.Globalization;
using System.Net;
using System.Text;

namespace Ecr.Credentials.Aws.Identities;

/// <summary>
/// The role of an EC2 instance, from its metadata service in version 2:
/// <see href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html"/>.
/// </summary>
internal sealed class InstanceMetadata(LocalHttpClient httpClient) : IIdentitySource
{
    private const string DisabledVariable = "AWS_EC2_METADATA_DISABLED";
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    private const string ModeVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
    private const string TimeoutVariable = "AWS_METADATA_SERVICE_TIMEOUT";
    private const string AttemptsVariable = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";

    private const string RolePath = "latest/meta-data/iam/security-credentials/";

    // Together less than two seconds, which is what a node without metadata service waits for every pull that must then fail.
    private const double DefaultTimeoutSeconds = 0.9;
    private const int DefaultAttempts = 2;

    public async Task<AwsIdentity?> FindAsync(IdentitySearch search, CancellationToken cancellationToken)
    {
        if (string.Equals(AwsEnvironment.Get(DisabledVariable), "true", StringComparison.OrdinalIgnoreCase))
        {
            search.Miss($"the instance metadata service is switched off by {DisabledVariable}");
            return null;
        }

        var session = new Session(httpClient, GetEndpoint(), GetTimeout(), GetAttempts(), search);
        return await session.StartAsync(cancellationToken).ConfigureAwait(false)
            && await session.FindRoleAsync(cancellationToken).ConfigureAwait(false) is { } role
                ? await session.GetCredentialsAsync(role, cancellationToken).ConfigureAwait(false)
                : null;
    }

    private static Uri GetEndpoint()
    {
        if (AwsEnvironment.Get(EndpointVariable) is { } configured)
        {
            return Uri.TryCreate(configured.TrimEnd('/') + '/', UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
                ? endpoint
                : throw Misconfigured(EndpointVariable, configured, "It must be an http address, such as http://169.254.169.254.");
        }

        return AwsEnvironment.Get(ModeVariable) switch
        {
            null => new Uri("http://169.254.169.254/"),
            var mode when mode.Equals("IPv4", StringComparison.OrdinalIgnoreCase) => new Uri("http://169.254.169.254/"),
            var mode when mode.Equals("IPv6", StringComparison.OrdinalIgnoreCase) => new Uri("http://[fd00:ec2::254]/"),
            var mode => throw Misconfigured(ModeVariable, mode, "It must be IPv4 or IPv6."),
        };
    }

    private static TimeSpan GetTimeout() => AwsEnvironment.Get(TimeoutVariable) switch
    {
        null => TimeSpan.FromSeconds(DefaultTimeoutSeconds),
        var text when double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600 => TimeSpan.FromSeconds(seconds),
        var text => throw Misconfigured(TimeoutVariable, text, "It must be a number of seconds above zero, such as 1."),
    };

    private static int GetAttempts() => AwsEnvironment.Get(AttemptsVariable) switch
    {
        null => DefaultAttempts,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var attempts) && attempts > 0 => attempts,
        var text => throw Misconfigured(AttemptsVariable, text, "It must be a whole number above zero."),
    };

    private static EcrCredentialException Misconfigured(string variable, string value, string advice) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, $"{variable} is {MessageText.Quote(value)}. {advice}");

    /// <summary>One conversation with the metadata service.</summary>
    private sealed class Session(LocalHttpClient httpClient, Uri endpoint, TimeSpan timeout, int attempts, IdentitySearch search)
    {
        private readonly string _service = $"the instance metadata service at {endpoint.GetLeftPart(UriPartial.Authority)}";
        private string _token = "";

        /// <summary>Gets the token that every further request must bring.</summary>
        /// <returns><see langword="false"/> if there is no such service here.</returns>
        public async Task<bool> StartAsync(CancellationToken cancellationToken)
        {
            search.PendingStep = $"There was no answer yet from {_service}.";
            try
            {
                var (status, content) = await httpClient.SendAsync(CreateTokenRequest, timeout, attempts, cancellationToken).ConfigureAwait(false);
                if (status == HttpStatusCode.OK)
                {
                    _token = Encoding.UTF8.GetString(content);
                    return true;
                }

                search.Miss(status == HttpStatusCode.Forbidden ? $"{_service} is switched off for this instance (HTTP 403)" : $"{_service} answers HTTP {(int)status}");
            }
            catch (TimeoutException)
            {
                search.Miss($"{_service} does not answer (a hop limit of 1 keeps containers out, and so does a firewall)");
            }
            catch (HttpRequestException e)
            {
                search.Miss($"{_service} cannot be reached ({MessageText.OneLine(e.Message)})");
            }

            return false;
        }

        public async Task<string?> FindRoleAsync(CancellationToken cancellationToken)
        {
            var (status, content) = await GetAsync(RolePath, cancellationToken).ConfigureAwait(false);
            var role = status == HttpStatusCode.OK ? Encoding.UTF8.GetString(content).Split('\n', 2)[0].Trim() : "";
            if (role.Length > 0)
            {
                return role;
            }

            search.Miss(status is HttpStatusCode.OK or HttpStatusCode.NotFound ? "the instance has no role" : $"{_service} answers HTTP {(int)status} when asked for the role");
            return null;
        }

        public async Task<AwsIdentity> GetCredentialsAsync(string role, CancellationToken cancellationToken)
        {
            var (status, content) = await GetAsync(RolePath + Uri.EscapeDataString(role), cancellationToken).ConfigureAwait(false);
            var origin = $"the instance's role {MessageText.Quote(role)}";
            try
            {
                return status == HttpStatusCode.OK
                    ? new AwsIdentity(CredentialsDocument.Read(content, "Token"), origin)
                    : throw new FormatException($"it is HTTP {(int)status}");
            }
            catch (FormatException e)
            {
                throw new EcrCredentialException(
                    EcrCredentialErrorReason.NoAwsCredentials,
                    $"The answer of {_service} for {origin} cannot be used: {e.Message}. Check that the role exists and trusts EC2.",
                    e);
            }
        }

        private async Task<(HttpStatusCode StatusCode, byte[] Content)> GetAsync(string path, CancellationToken cancellationToken)
        {
            try
            {
                return await httpClient.SendAsync(() => CreateGetRequest(path), timeout, attempts, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException)
            {
                throw new EcrCredentialException(
                    EcrCredentialErrorReason.Unreachable,
                    $"The conversation with {_service} broke off: {MessageText.OneLine(e.Message)} Try again; {TimeoutVariable} gives it more time.",
                    e);
            }
        }

        private HttpRequestMessage CreateTokenRequest() => new(HttpMethod.Put, new Uri(endpoint, "latest/api/token"))
        {
            Headers = { { "x-aws-ec2-metadata-token-ttl-seconds", "300" } },
        };

        private HttpRequestMessage CreateGetRequest(string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint, path));

            // A token that is no header value is the service's fault, and is then told as a refused token.
            request.Headers.TryAddWithoutValidation("x-aws-ec2-metadata-token", _token);
            return request;
        }
    }
}

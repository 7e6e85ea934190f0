using System.Globalization;
using System.Net;
using System.Text;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>
/// The role of an EC2 instance, from its metadata service in version 2:
/// <see href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html"/>.
/// </summary>
/// <param name="environment">Reads a variable.</param>
/// <param name="httpClient">Asks the service.</param>
internal sealed class InstanceMetadataCredentials(Func<string, string?> environment, MetadataHttpClient httpClient) : ICredentialSource
{
    private const string DisabledVariable = "AWS_EC2_METADATA_DISABLED";
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    private const string ModeVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
    private const string TimeoutVariable = "AWS_METADATA_SERVICE_TIMEOUT";
    private const string AttemptsVariable = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";

    private const string RolePath = "latest/meta-data/iam/security-credentials/";

    // Together less than two seconds, also with the start of the process: a node without metadata service waits so long in every pull that must fail.
    private const double DefaultTimeoutSeconds = 0.8;
    private const int DefaultAttempts = 2;

    public async Task<ResolvedCredentials?> FindAsync(CredentialLookup search, CancellationToken cancellationToken)
    {
        if (string.Equals(environment(DisabledVariable), "true", StringComparison.OrdinalIgnoreCase))
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

    private Uri GetEndpoint()
    {
        if (environment(EndpointVariable) is { } configured)
        {
            return Uri.TryCreate(configured.TrimEnd('/') + '/', UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
                ? endpoint
                : throw Misconfigured(EndpointVariable, configured, "It must be an http address, such as http://169.254.169.254.");
        }

        return environment(ModeVariable) switch
        {
            null => new Uri("http://169.254.169.254/"),
            var mode when mode.Equals("IPv4", StringComparison.OrdinalIgnoreCase) => new Uri("http://169.254.169.254/"),
            var mode when mode.Equals("IPv6", StringComparison.OrdinalIgnoreCase) => new Uri("http://[fd00:ec2::254]/"),
            var mode => throw Misconfigured(ModeVariable, mode, "It must be IPv4 or IPv6."),
        };
    }

    private TimeSpan GetTimeout() => environment(TimeoutVariable) switch
    {
        null => TimeSpan.FromSeconds(DefaultTimeoutSeconds),
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.001 and <= 3600 =>
            TimeSpan.FromSeconds(seconds),
        var text => throw Misconfigured(TimeoutVariable, text, "It must be a number of seconds from 0.001 to 3600, such as 1.5."),
    };

    private int GetAttempts() => environment(AttemptsVariable) switch
    {
        null => DefaultAttempts,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var attempts) && attempts > 0 => attempts,
        var text => throw Misconfigured(AttemptsVariable, text, "It must be a whole number above zero."),
    };

    private static EcrCredentialException Misconfigured(string variable, string value, string advice) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, $"{variable} is {MessageText.Quote(value)}. {advice}");

    /// <summary>One conversation with the metadata service.</summary>
    private sealed class Session(MetadataHttpClient httpClient, Uri endpoint, TimeSpan timeout, int attempts, CredentialLookup search)
    {
        private readonly string _service =
            $"the instance metadata service at {endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}";

        private string _token = "";

        /// <summary>Gets the token that every further request must bring.</summary>
        /// <returns><see langword="false"/> if there is no such service here.</returns>
        public async Task<bool> StartAsync(CancellationToken cancellationToken)
        {
            search.PendingStep = $"There was no answer yet from {_service}.";
            try
            {
                var (status, content) = await httpClient.SendAsync(CreateTokenRequest, timeout, attempts, cancellationToken).ConfigureAwait(false);
                _token = Encoding.UTF8.GetString(content);
                if (status == HttpStatusCode.OK && HttpHeaderValue.IsValid(_token))
                {
                    return true;
                }

                search.Miss(status switch
                {
                    HttpStatusCode.OK => $"{_service} answers with something that is not a token",
                    HttpStatusCode.Forbidden => $"{_service} is switched off for this instance (HTTP 403)",
                    _ => $"{_service} gives no token (HTTP {(int)status})",
                });
            }
            catch (TimeoutException)
            {
                search.Miss($"{_service} does not answer (a hop limit of 1 keeps containers out, and so does a firewall)");
            }
            catch (HttpRequestException e)
            {
                search.Miss($"{_service} cannot be reached ({ConnectionErrors.Explain(e)})");
            }

            return false;
        }

        /// <summary>Gets the name of the instance's role.</summary>
        /// <returns><see langword="null"/> if the instance has none.</returns>
        public async Task<string?> FindRoleAsync(CancellationToken cancellationToken)
        {
            const string What = "the instance's role";

            var (status, content) = await GetAsync(RolePath, cancellationToken).ConfigureAwait(false);
            if (status is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
            {
                throw Refused(What, status);
            }

            var role = status == HttpStatusCode.OK ? Encoding.UTF8.GetString(content).Split('\n', 2)[0].Trim() : "";
            if (role.Length == 0)
            {
                search.Miss("the instance has no role");
                return null;
            }

            return IsRoleName(role) ? role : throw Unusable(What, "it is not the name of a role");
        }

        public async Task<ResolvedCredentials> GetCredentialsAsync(string role, CancellationToken cancellationToken)
        {
            var origin = $"the instance's role {MessageText.Quote(role)}";
            var (status, content) = await GetAsync(RolePath + role, cancellationToken).ConfigureAwait(false);
            if (status != HttpStatusCode.OK)
            {
                throw Refused(origin, status);
            }

            try
            {
                return new ResolvedCredentials(CredentialsDocument.Read(content, "Token"), origin);
            }
            catch (FormatException e)
            {
                throw Unusable(origin, e.Message, e);
            }
        }

        // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html; none of these characters is to be escaped in a path.
        private static bool IsRoleName(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '=' or ',' or '.' or '@' or '-');

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
                    $"The conversation with {_service} broke off: {ConnectionErrors.Explain(e)}. Try again; {TimeoutVariable} gives it more time.",
                    e);
            }
        }

        private HttpRequestMessage CreateTokenRequest() => new(HttpMethod.Put, new Uri(endpoint, "latest/api/token"))
        {
            Headers = { { "x-aws-ec2-metadata-token-ttl-seconds", "300" } },
        };

        private HttpRequestMessage CreateGetRequest(string path) => new(HttpMethod.Get, new Uri(endpoint, path))
        {
            Headers = { { "x-aws-ec2-metadata-token", _token } },
        };

        private EcrCredentialException Refused(string what, HttpStatusCode status) => new(
            EcrCredentialErrorReason.ServiceError,
            $"The answer of {_service} for {what} cannot be used: it is HTTP {(int)status}. Try again later, and check the role.");

        private EcrCredentialException Unusable(string what, string why, Exception? cause = null) => new(
            EcrCredentialErrorReason.NoAwsCredentials,
            $"The answer of {_service} for {what} cannot be used: {why}. Check that the role exists and trusts EC2.",
            cause);
    }
}

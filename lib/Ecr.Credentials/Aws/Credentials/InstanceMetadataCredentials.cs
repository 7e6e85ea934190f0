using System.Globalization;
using System.Net;
using System.Text;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>
/// The role of an EC2 instance, from the instance metadata service, version 2, or version 1 where the service refuses a session token:
/// <see href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html"/>.
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="httpClient">Calls the service.</param>
internal sealed class InstanceMetadataCredentials(Func<string, string?> environment, MetadataHttpClient httpClient) : ICredentialSource
{
    private const string DisabledVariable = "AWS_EC2_METADATA_DISABLED";
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    private const string ModeVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
    private const string TimeoutVariable = "AWS_METADATA_SERVICE_TIMEOUT";
    private const string Version1DisabledVariable = "AWS_EC2_METADATA_V1_DISABLED";
    private const string AttemptsVariable = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";

    private const string RolePath = "latest/meta-data/iam/security-credentials/";

    // Less than two seconds in total, process start included: without a metadata service, every pull without credentials waits that long.
    private const double DefaultTimeoutSeconds = 0.8;
    private const int DefaultAttempts = 2;

    public async Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken)
    {
        if (string.Equals(environment(DisabledVariable), "true", StringComparison.OrdinalIgnoreCase))
        {
            return CredentialResult.NotFound($"the instance metadata service is disabled by {DisabledVariable}");
        }

        var settings = lookup.Settings;
        var session = new Session(
            httpClient, GetEndpoint(settings), GetTimeout(settings), GetAttempts(settings), IsVersion1Disabled(settings), lookup.Progress);
        if (await session.StartAsync(cancellationToken).ConfigureAwait(false) is { } unavailable)
        {
            return CredentialResult.NotFound(unavailable);
        }

        var (role, reason) = await session.FindRoleAsync(cancellationToken).ConfigureAwait(false);
        return role is not null
            ? CredentialResult.Found(await session.GetCredentialsAsync(role, cancellationToken).ConfigureAwait(false))
            : CredentialResult.NotFound(reason!);
    }

    private Uri GetEndpoint(AwsSettings settings)
    {
        if (Find(settings, EndpointVariable, "ec2_metadata_service_endpoint") is { } configured)
        {
            return Uri.TryCreate(configured.TrimEnd('/') + '/', UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
                ? endpoint
                : throw Invalid(EndpointVariable, configured, "expected an http URL such as http://169.254.169.254");
        }

        return Find(settings, ModeVariable, "ec2_metadata_service_endpoint_mode") switch
        {
            null => new Uri("http://169.254.169.254/"),
            var mode when mode.Equals("IPv4", StringComparison.OrdinalIgnoreCase) => new Uri("http://169.254.169.254/"),
            var mode when mode.Equals("IPv6", StringComparison.OrdinalIgnoreCase) => new Uri("http://[fd00:ec2::254]/"),
            var mode => throw Invalid(ModeVariable, mode, "expected IPv4 or IPv6"),
        };
    }

    private TimeSpan GetTimeout(AwsSettings settings) => Find(settings, TimeoutVariable, "metadata_service_timeout") switch
    {
        null => TimeSpan.FromSeconds(DefaultTimeoutSeconds),
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.001 and <= 3600 =>
            TimeSpan.FromSeconds(seconds),
        var text => throw Invalid(TimeoutVariable, text, "expected a number of seconds from 0.001 to 3600, such as 1.5"),
    };

    private int GetAttempts(AwsSettings settings) => Find(settings, AttemptsVariable, "metadata_service_num_attempts") switch
    {
        null => DefaultAttempts,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var attempts) && attempts > 0 => attempts,
        var text => throw Invalid(AttemptsVariable, text, "expected a whole number above zero"),
    };

    private bool IsVersion1Disabled(AwsSettings settings) =>
        string.Equals(Find(settings, Version1DisabledVariable, "ec2_metadata_v1_disabled"), "true", StringComparison.OrdinalIgnoreCase);

    private string? Find(AwsSettings settings, string variable, string key) => environment(variable) ?? settings.FindInProfile(key);

    private EcrCredentialException Invalid(string variable, string value, string expected)
    {
        var setting = environment(variable) is null ? $"profile setting for {variable}" : variable;
        return EcrCredentialException.InvalidConfiguration($"invalid {setting} {MessageText.Quote(value)}: {expected}");
    }

    /// <summary>One session with the metadata service.</summary>
    private sealed class Session(MetadataHttpClient httpClient, Uri endpoint, TimeSpan timeout, int attempts, bool isVersion1Disabled, CallProgress progress)
    {
        private readonly string _service = $"the instance metadata service at {MessageText.Address(endpoint)}";

        // Version 1 has none.
        private string? _token;
        private string? _refusal;

        /// <summary>Gets the session token that every further request must carry.</summary>
        /// <returns><see langword="null"/>, or why the service is not available here.</returns>
        public async Task<string?> StartAsync(CancellationToken cancellationToken)
        {
            progress.WaitingFor = $"waiting for {_service}";
            try
            {
                var (status, content) = await httpClient.SendAsync(CreateTokenRequest, timeout, attempts, cancellationToken).ConfigureAwait(false);
                var text = Encoding.UTF8.GetString(content);
                if (status == HttpStatusCode.OK && HttpHeaderValue.IsValid(text))
                {
                    _token = text;
                    return null;
                }

                _refusal = status switch
                {
                    HttpStatusCode.OK => $"{_service} returned an invalid session token",
                    HttpStatusCode.Forbidden => $"{_service} is disabled for this instance (HTTP 403)",
                    _ => $"{_service} returned HTTP {(int)status} for the session token",
                };
                return isVersion1Disabled || !IsVersion1(status) ? _refusal : null;
            }
            catch (TimeoutException)
            {
                return $"{_service} timed out (a hop limit of 1 blocks containers, and so may a firewall)";
            }
            catch (HttpRequestException e)
            {
                return $"cannot reach {_service} ({ConnectionErrors.Describe(e)})";
            }
        }

        /// <summary>Gets the name of the instance's role.</summary>
        /// <returns>The name, or why there is none.</returns>
        public async Task<(string? Role, string? NotFoundReason)> FindRoleAsync(CancellationToken cancellationToken)
        {
            const string What = "the instance's role";

            var (status, content) = await GetAsync(RolePath, cancellationToken).ConfigureAwait(false);
            if (_refusal is not null && status != HttpStatusCode.OK)
            {
                return (null, _refusal);
            }

            if (status is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
            {
                throw Refused(What, status);
            }

            var role = status == HttpStatusCode.OK ? Encoding.UTF8.GetString(content).Split('\n', 2)[0].Trim() : "";
            if (role.Length == 0)
            {
                return (null, "the instance has no role");
            }

            return IsRoleName(role) ? (role, null) : throw Invalid(What, "not a role name");
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
                throw Invalid(origin, e.Message, e);
            }
        }

        // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html; none of these characters needs escaping in a path.
        private static bool IsRoleName(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '=' or ',' or '.' or '@' or '-');

        // https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html: as every SDK does.
        private static bool IsVersion1(HttpStatusCode status) =>
            status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed;

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
                    $"no response from {_service}: {ConnectionErrors.Describe(e)}. Retry, or raise {TimeoutVariable}.",
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
            if (_token is not null)
            {
                request.Headers.Add("x-aws-ec2-metadata-token", _token);
            }

            return request;
        }

        private EcrCredentialException Refused(string what, HttpStatusCode status) => new(
            EcrCredentialErrorReason.ServiceError,
            $"{_service} returned HTTP {(int)status} for {what}. Retry later, and check the role.");

        private EcrCredentialException Invalid(string what, string why, Exception? cause = null) => new(
            EcrCredentialErrorReason.NoAwsCredentials,
            $"invalid response from {_service} for {what}: {why}. Check that the role exists and trusts EC2.",
            cause);
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Telemetry;
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
    /// <summary>Switches the source off.</summary>
    public const string DisabledVariable = "AWS_EC2_METADATA_DISABLED";
    private const string TimeoutVariable = "AWS_METADATA_SERVICE_TIMEOUT";

    private const int DefaultAttempts = 2;

    private const string TokenPath = "latest/api/token";
    private const string RolePath = "latest/meta-data/iam/security-credentials/";
    private const string RegionPath = "latest/meta-data/placement/region";

    // That of the AWS CLI.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(1);

    public async Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var (session, unavailable) = await StartAsync(lookup.Settings, lookup.Progress, cancellationToken).ConfigureAwait(false);
        if (session is null)
        {
            return CredentialResult.NotFound(unavailable!);
        }

        var (role, reason) = await session.FindRoleAsync(cancellationToken).ConfigureAwait(false);
        return role is not null
            ? CredentialResult.Found(await session.GetCredentialsAsync(role, cancellationToken).ConfigureAwait(false))
            : CredentialResult.NotFound(reason!);
    }

    /// <summary>Gets the region of the instance.</summary>
    /// <param name="settings">The AWS settings.</param>
    /// <param name="progress">Records what is being waited for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The region; <see langword="null"/> if there is no metadata service, or it does not know the region.</returns>
    /// <exception cref="EcrCredentialException">A setting is invalid, or the service stops to respond.</exception>
    public async Task<string?> FindRegionAsync(AwsSettings settings, CallProgress progress, CancellationToken cancellationToken)
    {
        var (session, _) = await StartAsync(settings, progress, cancellationToken).ConfigureAwait(false);
        return session is null ? null : await session.FindRegionAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<(Session? Session, string? Unavailable)> StartAsync(
        AwsSettings settings, CallProgress progress, CancellationToken cancellationToken)
    {
        if (string.Equals(environment(DisabledVariable), "true", StringComparison.OrdinalIgnoreCase))
        {
            return (null, $"the instance metadata service is disabled by {DisabledVariable}");
        }

        var attempts = settings.FindCount("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts");
        var session = new Session(httpClient, GetEndpoint(settings), GetTimeout(settings), attempts, IsVersion1Disabled(settings), progress);
        var unavailable = await session.StartAsync(cancellationToken).ConfigureAwait(false);
        return unavailable is null ? (session, null) : (null, unavailable);
    }

    /// <summary>The address of the service.</summary>
    /// <exception cref="EcrCredentialException">A setting is invalid.</exception>
    public static Uri GetEndpoint(AwsSettings settings)
    {
        if (settings.Find("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint") is { } configured)
        {
            return HttpAddress.TryParse(configured.Value.TrimEnd('/') + '/', out var endpoint)
                ? endpoint
                : throw configured.Invalid("an http URL such as http://169.254.169.254");
        }

        return settings.Find("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode") switch
        {
            null => new Uri("http://169.254.169.254/"),
            { } mode when mode.Is("IPv4") => new Uri("http://169.254.169.254/"),
            { } mode when mode.Is("IPv6") => new Uri("http://[fd00:ec2::254]/"),
            { } mode => throw mode.Invalid("IPv4 or IPv6"),
        };
    }

    private static TimeSpan GetTimeout(AwsSettings settings) => settings.Find(TimeoutVariable, "metadata_service_timeout") switch
    {
        null => DefaultTimeout,
        { } setting when double.TryParse(setting.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0.001 and <= 3600 => TimeSpan.FromSeconds(seconds),
        { } setting => throw setting.Invalid("a number of seconds from 0.001 to 3600, such as 1.5"),
    };

    private static bool IsVersion1Disabled(AwsSettings settings) =>
        settings.Find("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled") is { } setting && setting.Is("true");

    /// <summary>One session with the metadata service.</summary>
    private sealed class Session(MetadataHttpClient httpClient, Uri endpoint, TimeSpan timeout, int? attempts, bool isVersion1Disabled, CallProgress progress)
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
                var (status, content) = await SendAsync(CreateTokenRequest, cancellationToken).ConfigureAwait(false);
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

        public async Task<string?> FindRegionAsync(CancellationToken cancellationToken)
        {
            var (status, content) = await GetAsync(RegionPath, cancellationToken).ConfigureAwait(false);
            return status == HttpStatusCode.OK && Encoding.UTF8.GetString(content).Trim() is { Length: > 0 } region ? region : null;
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
                var answer = await SendAsync(() => CreateGetRequest(path), cancellationToken).ConfigureAwait(false);

                // The session token expired or belongs to another service behind the same address.
                return answer.StatusCode == HttpStatusCode.Unauthorized
                    && _token is not null
                    && await StartAsync(cancellationToken).ConfigureAwait(false) is null
                    ? await SendAsync(() => CreateGetRequest(path), cancellationToken).ConfigureAwait(false)
                    : answer;
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException)
            {
                throw new EcrCredentialException(
                    EcrCredentialErrorReason.Unreachable,
                    $"no response from {_service}: {ConnectionErrors.Describe(e)}. Retry, or raise {TimeoutVariable}.",
                    e);
            }
        }

        // Without a metadata service every pull without credentials waits for the timeout: by default once.
        private Task<(HttpStatusCode StatusCode, byte[] Content)> SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken) =>
            httpClient.SendAsync(create, timeout, attempts ?? DefaultAttempts, isTimeoutFinal: attempts is null, cancellationToken);

        private HttpRequestMessage CreateTokenRequest() => new(HttpMethod.Put, new Uri(endpoint, TokenPath))
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

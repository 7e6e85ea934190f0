using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Ecr;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws;

/// <summary>Gets tokens from AWS: one call of <c>GetAuthorizationToken</c> of ECR or ECR Public for each token.</summary>
/// <remarks>
/// Resolves AWS credentials anew for each token, and honors the settings of the AWS SDKs: <c>AWS_ENDPOINT_URL_ECR</c>, <c>AWS_MAX_ATTEMPTS</c>,
/// <c>AWS_USE_FIPS_ENDPOINT</c> and so on. The timeout of an attempt is 12 s, that of connecting 5 s. Thread-safe.
/// </remarks>
public sealed class EcrTokenClient : IEcrTokenSource, IReportingSource, IConfigurationDependent, IDisposable
{
    private readonly AwsHttpClientFactory _httpClientFactory;
    private readonly MetadataHttpClient _metadataHttpClient;
    private readonly CredentialResolver _credentials;
    private readonly ILogger _logger;

    /// <summary>Initializes a client.</summary>
    /// <param name="timeProvider">The clock of pauses, timeouts and measured durations; the system clock if omitted.</param>
    /// <param name="logger">Receives diagnostics: where credentials come from and where calls go, without secrets; none if omitted.</param>
    public EcrTokenClient(TimeProvider? timeProvider = null, ILogger? logger = null)
        : this(new EcrTokenClientOptions { TimeProvider = timeProvider ?? TimeProvider.System, Logger = logger ?? NullLogger.Instance })
    {
    }

    internal EcrTokenClient(EcrTokenClientOptions options)
    {
        _logger = options.Logger;
        _httpClientFactory = new AwsHttpClientFactory(_logger, options.TimeProvider, options.TrustStore);
        _metadataHttpClient = new MetadataHttpClient(_logger, options.TimeProvider, options.TrustStore);

        _credentials = CredentialResolver.Create(
            AwsEnvironment.Get, _httpClientFactory, _metadataHttpClient, options.TimeProvider, _logger, options.RoleSessionName);
    }

    /// <inheritdoc/>
    public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default) =>
        GetTokenAsync(request, new CallProgress(), cancellationToken);

    ValueTask<EcrToken> IReportingSource.GetTokenAsync(EcrTokenRequest request, CallProgress progress, CancellationToken cancellationToken) =>
        GetTokenAsync(request, progress, cancellationToken);

    string IConfigurationDependent.GetConfigurationKey() => AwsConfigurationFingerprint.Compute(AwsEnvironment.Get);

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _httpClientFactory.Dispose();
        _metadataHttpClient.Dispose();
    }

    private async ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CallProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new Call(this, request, progress);
        try
        {
            // The SDK blocks and sleeps in places without observing the token. On a thread of the pool it can be left behind.
            return await Task.Run(() => call.RunAsync(cancellationToken), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(progress.WaitingFor, e, cancellationToken);
        }
    }

    /// <summary>One call, which knows what it is waiting for.</summary>
    private sealed class Call(EcrTokenClient owner, EcrTokenRequest request, CallProgress progress)
    {
        public async Task<EcrToken> RunAsync(CancellationToken cancellationToken)
        {
            var settings = AwsSettings.Read(AwsEnvironment.Get, request.Identity.ProfileName);
            var httpClientFactory = owner._httpClientFactory.For(settings);
            httpClientFactory.Create();
            var config = new EcrServiceConfig(request.Registry, settings, httpClientFactory);
            Log.CallingEcr(owner._logger, request.Registry, config.Endpoint);
            LogSettings(settings, config);

            var lookup = new CredentialLookup(request.Registry, settings, progress, owner._logger);
            var resolving = owner._credentials.ResolveAsync(request.Identity, lookup, cancellationToken);
            if (!resolving.IsCompleted)
            {
                _ = httpClientFactory.ConnectAsync(config.Endpoint);
            }

            var credentials = await resolving.ConfigureAwait(false);
            progress.WaitingFor = $"waiting for {MessageText.Address(config.Endpoint)}";
            var response = await GetAuthorizationTokenAsync(credentials, config, cancellationToken).ConfigureAwait(false);
            return ReadToken(response, config.Endpoint);
        }

        private void LogSettings(AwsSettings settings, EcrServiceConfig config)
        {
            if (owner._logger.IsEnabled(LogLevel.Debug))
            {
                // The registry of a host with an account has the host's region.
                foreach (var setting in settings.FindInEffect(config.ServiceId, isRegionUsed: request.Registry.AccountId is null))
                {
                    SettingsLog.SettingInEffect(owner._logger, setting);
                }
            }
        }

        private static async Task<GetAuthorizationTokenResponse> SendAsync(
            ResolvedCredentials credentials, EcrServiceConfig config, bool isPublic, CancellationToken cancellationToken)
        {
            using var client = new EcrServiceClient(credentials.ToFixedCredentials(), config);
            return await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(isPublic), cancellationToken).ConfigureAwait(false);
        }

        private async Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(
            ResolvedCredentials credentials, EcrServiceConfig config, CancellationToken cancellationToken)
        {
            try
            {
                return await SendAsync(credentials, config, request.Registry.IsPublic, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Translate(e, Describe(config, credentials)) is { } failure)
            {
                throw failure;
            }
        }

        private static AwsCallDescription Describe(EcrServiceConfig config, ResolvedCredentials credentials) =>
            config.Call with { Secrets = [credentials.Credentials.Token] };

        private static EcrToken ReadToken(GetAuthorizationTokenResponse response, Uri endpoint)
        {
            try
            {
                return EcrToken.FromAuthorizationToken(
                    response.AuthorizationToken ?? throw new FormatException("the response contains no authorization token."),
                    response.ExpiresAt,
                    response.ProxyEndpoint);
            }
            catch (FormatException e)
            {
                throw new EcrCredentialException(
                    EcrCredentialErrorReason.InvalidResponse,
                    $"invalid response from {MessageText.Address(endpoint)}: {e.Message} Check for an intercepting proxy and the configured endpoint.",
                    e);
            }
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, EcrRegistry, string, string, Exception?> CallingEcrMessage =
            LoggerMessage.Define<EcrRegistry, string, string>(
                LogLevel.Debug, LogEvents.CallingEcr, "Registry {Registry}: region {Region}, API {Endpoint}");

        public static void CallingEcr(ILogger logger, EcrRegistry registry, Uri endpoint)
        {
            if (logger.IsEnabled(LogLevel.Debug))
            {
                CallingEcrMessage(logger, registry, registry.Region, MessageText.Address(endpoint), null);
            }
        }
    }
}

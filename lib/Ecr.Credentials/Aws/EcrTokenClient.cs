using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Credentials.Profiles;
using Ecr.Credentials.Aws.Ecr;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws;

/// <summary>Gets tokens from AWS: <c>GetAuthorizationToken</c> of ECR and ECR Public, one call for each token.</summary>
/// <remarks>
/// Looks for credentials anew for each token, and uses the SDK's configuration: <c>AWS_ENDPOINT_URL_ECR</c>, <c>AWS_MAX_ATTEMPTS</c>,
/// <c>AWS_USE_FIPS_ENDPOINT</c> and so on. An attempt may take 12 s, connecting 5 s of them. Thread-safe.
/// </remarks>
public sealed class EcrTokenClient : IEcrTokenSource, IDisposable
{
    private readonly AwsHttpClientFactory _httpClient;
    private readonly MetadataHttpClient _localHttpClient;
    private readonly CredentialResolver _identities;
    private readonly ILogger _logger;

    /// <summary>A client that finds its own way to AWS.</summary>
    /// <param name="logger">Told where credentials come from and where calls go; silent by default.</param>
    /// <param name="timeProvider">The clock of pauses, time limits and measured times; the system's by default.</param>
    public EcrTokenClient(ILogger? logger = null, TimeProvider? timeProvider = null)
        : this(logger ?? NullLogger.Instance, timeProvider ?? TimeProvider.System, trust: null)
    {
    }

    internal EcrTokenClient(ILogger logger, TimeProvider timeProvider, LazyTrustStore? trust)
    {
        _logger = logger;
        _httpClient = new AwsHttpClientFactory(logger, timeProvider, trust);
        _localHttpClient = new MetadataHttpClient(logger, timeProvider, trust: trust);

        var sts = new StsClient(_httpClient);
        var environment = new EnvironmentCredentials(AwsEnvironment.Get);
        var webIdentity = new WebIdentityCredentials(AwsEnvironment.Get, sts);
        var container = new ContainerCredentials(AwsEnvironment.Get, _localHttpClient);
        var metadata = new InstanceMetadataCredentials(AwsEnvironment.Get, _localHttpClient);
        var profiles = new ProfileCredentials(
            AwsEnvironment.Get,
            sts,
            webIdentity,
            new SsoCredentials(_httpClient, AwsEnvironment.Get, timeProvider),
            new ProcessCredentials(timeProvider),
            environment,
            metadata,
            container);
        _identities = new CredentialResolver([environment, webIdentity, profiles, container, metadata], profiles, sts);
    }

    /// <inheritdoc/>
    public async ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        var call = new Call(this, request);
        try
        {
            // The SDK blocks and sleeps in places, and does not always look at the token. On a thread of the pool it can be left behind.
            return await Task.Run(() => call.RunAsync(cancellationToken), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.PendingStep, e, cancellationToken);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _httpClient.Dispose();
        _localHttpClient.Dispose();
    }

    /// <summary>One call on its way, which knows what it is waiting for.</summary>
    private sealed class Call(EcrTokenClient owner, EcrTokenRequest request)
    {
        private readonly CredentialLookup _search = new(request.Registry, owner._logger);

        public string PendingStep => _search.PendingStep;

        public async Task<EcrToken> RunAsync(CancellationToken cancellationToken)
        {
            owner._httpClient.Create();
            var config = Configure();
            Log.Asking(owner._logger, request.Registry, config.Endpoint);

            var finding = owner._identities.FindAsync(request.Identity, _search, cancellationToken);
            if (!finding.IsCompleted)
            {
                _ = owner._httpClient.ConnectAsync(config.Endpoint);
            }

            var identity = await finding.ConfigureAwait(false);

            _search.PendingStep = $"{config.Endpoint} had not answered yet.";
            var response = await GetAuthorizationTokenAsync(identity, config, cancellationToken).ConfigureAwait(false);
            return ReadToken(response, config.Endpoint);
        }

        private EcrServiceConfig Configure()
        {
            try
            {
                var config = new EcrServiceConfig(request.Registry, owner._httpClient);

                // The SDK reads its settings when they are first asked for; what is wrong with them shall show here.
                _ = config.RetryMode;
                return config.Endpoint.Scheme is "https" or "http"
                    ? config
                    : throw new UriFormatException($"{MessageText.Quote(config.Endpoint.OriginalString)} is not an http or https address");
            }
            catch (Exception e) when (e is UriFormatException or TypeInitializationException or FormatException or ArgumentException or AmazonClientException)
            {
                // The SDK reads its environment in type initialisers.
                var cause = e is TypeInitializationException { InnerException: { } inner } ? inner : e;
                throw cause is InvalidDataException ? MalformedFile() : Misconfigured(MessageText.OneLine(cause.Message).TrimEnd('.'), e);
            }
        }

        // The SDK's exception repeats a line of the file, which may hold a key. It is left behind, and the file read again for the line's number.
        private static EcrCredentialException MalformedFile()
        {
            try
            {
                SharedConfig.Read(AwsEnvironment.Get);
                return Misconfigured("a line is neither a section nor a setting", null);
            }
            catch (EcrCredentialException e)
            {
                return e;
            }
        }

        private static EcrCredentialException Misconfigured(string why, Exception? cause) => new(
            EcrCredentialErrorReason.InvalidConfiguration,
            $"The AWS configuration cannot be used: {why}. Correct the AWS_ environment variables or the AWS config file.",
            cause);

        private async Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(
            ResolvedCredentials identity, EcrServiceConfig config, CancellationToken cancellationToken)
        {
            try
            {
                using var client = new EcrServiceClient(identity.ToFixedCredentials(), config);
                return await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(request.Registry.IsPublic), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Explain(e, config.Call) is { } failure)
            {
                throw failure;
            }
        }

        private static EcrToken ReadToken(GetAuthorizationTokenResponse response, Uri endpoint)
        {
            try
            {
                return EcrToken.FromAuthorizationToken(
                    response.AuthorizationToken ?? throw new FormatException("There is no authorization token in it."),
                    response.ExpiresAt,
                    response.ProxyEndpoint);
            }
            catch (FormatException e)
            {
                throw new EcrCredentialException(
                    EcrCredentialErrorReason.InvalidResponse,
                    $"The answer of {endpoint} cannot be used. {e.Message} Check for a proxy in between, and the configured endpoint.",
                    e);
            }
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, EcrRegistry, string, Uri, Exception?> AskingMessage = LoggerMessage.Define<EcrRegistry, string, Uri>(
            LogLevel.Debug, new EventId(1, nameof(Asking)), "Registry {Registry}: region {Region}, API {Endpoint}");

        public static void Asking(ILogger logger, EcrRegistry registry, Uri endpoint) => AskingMessage(logger, registry, registry.Region, endpoint, null);
    }
}

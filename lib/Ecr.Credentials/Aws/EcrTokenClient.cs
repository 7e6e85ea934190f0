using Amazon.Runtime;
using Ecr.Credentials.Aws.ServiceClient;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws;

/// <summary>Gets tokens from AWS: <c>GetAuthorizationToken</c> of ECR and ECR Public, one call for each token.</summary>
/// <remarks>
/// Uses the identity that the AWS SDK's default chain finds, and the SDK's configuration: <c>AWS_ENDPOINT_URL_ECR</c>, <c>AWS_MAX_ATTEMPTS</c>,
/// <c>AWS_USE_FIPS_ENDPOINT</c> and so on. An attempt may take 12 s, connecting 5 s of them. Thread-safe.
/// </remarks>
/// <param name="logger">Told where credentials come from and where calls go; silent by default.</param>
/// <param name="timeProvider">The clock of pauses and measured times; the system's by default.</param>
public sealed class EcrTokenClient(ILogger? logger = null, TimeProvider? timeProvider = null) : IEcrTokenSource, IDisposable
{
    private readonly SharedHttpClient _httpClient = new(logger ?? NullLogger.Instance, timeProvider ?? TimeProvider.System);
    private readonly AwsCredentialChain _credentials = new();
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <inheritdoc/>
    public async ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        var call = new Call(this, request.Registry);
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
        _credentials.Dispose();
    }

    /// <summary>One call on its way, which knows what it is waiting for.</summary>
    private sealed class Call(EcrTokenClient owner, EcrRegistry registry)
    {
        public string PendingStep { get; private set; } = "The AWS configuration was still being read.";

        public async Task<EcrToken> RunAsync(CancellationToken cancellationToken)
        {
            owner._httpClient.Create();
            var config = Configure();

            PendingStep = "AWS credentials were still being looked for.";
            var credentials = await owner._credentials.GetCredentialsAsync(config, cancellationToken).ConfigureAwait(false);
            Log.Calling(owner._logger, config.Endpoint, registry.Region, credentials.AccessKey);

            PendingStep = $"{config.Endpoint} had not answered yet.";
            var response = await GetAuthorizationTokenAsync(credentials, config, cancellationToken).ConfigureAwait(false);
            return ReadToken(response, config.Endpoint);
        }

        private EcrServiceConfig Configure()
        {
            try
            {
                var config = new EcrServiceConfig(registry, owner._httpClient);

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
                throw new EcrCredentialException(
                    EcrCredentialErrorReason.InvalidConfiguration,
                    $"The AWS configuration cannot be used: {MessageText.OneLine(cause.Message).TrimEnd('.')}. "
                        + "Correct the AWS_ environment variables or the AWS config file.",
                    e);
            }
        }

        private async Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(
            ImmutableCredentials credentials, EcrServiceConfig config, CancellationToken cancellationToken)
        {
            try
            {
                using var client = new EcrServiceClient(ToFixedCredentials(credentials), config);
                return await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(registry.IsPublic), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsFailure.Explain(e, config.Call) is { } failure)
            {
                throw failure;
            }
        }

        private static AWSCredentials ToFixedCredentials(ImmutableCredentials credentials) =>
            credentials.UseToken
                ? new SessionAWSCredentials(credentials.AccessKey, credentials.SecretKey, credentials.Token)
                : new BasicAWSCredentials(credentials.AccessKey, credentials.SecretKey);

        private static EcrToken ReadToken(GetAuthorizationTokenResponse response, Uri endpoint)
        {
            try
            {
                return EcrToken.FromAuthorizationToken(
                    response.AuthorizationToken ?? throw new FormatException("There is no authorization token in it."),
                    response.ExpiresAt);
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
        private static readonly Action<ILogger, Uri, string, string, Exception?> CallingMessage = LoggerMessage.Define<Uri, string, string>(
            LogLevel.Debug,
            new EventId(1, nameof(Calling)),
            "Calling GetAuthorizationToken at {Endpoint} for region {Region} with the access key that ends in {AccessKeyEnd}");

        public static void Calling(ILogger logger, Uri endpoint, string region, string accessKeyId) =>
            CallingMessage(logger, endpoint, region, accessKeyId[^Math.Min(4, accessKeyId.Length)..], null);
    }
}

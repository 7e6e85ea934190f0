using System.Diagnostics.CodeAnalysis;
using System.Net;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Trust;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Calls the services of the machine itself, which return credentials in clear text: never through a proxy.</summary>
/// <param name="logger">Receives a line for each attempt.</param>
/// <param name="timeProvider">The clock of timeouts and pauses.</param>
/// <param name="trustStore">Decides which servers are trusted; .NET if <see langword="null"/>.</param>
/// <param name="connect">Opens connections; <see cref="RacingConnector"/> if <see langword="null"/>.</param>
/// <param name="profileBundle">The path of a profile's CA bundle, which overrides <paramref name="trustStore"/>.</param>
internal sealed class MetadataHttpClient(
    ILogger logger,
    TimeProvider timeProvider,
    LazyTrustStore? trustStore,
    Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null,
    string? profileBundle = null) : IDisposable
{
    // An answer is a role name, a token or a document with credentials.
    private const int MaxResponseLength = 64 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _creation = new();
    private readonly Dictionary<string, MetadataHttpClient> _byBundle = [];
    private HttpClient? _client;

    /// <summary>The client that trusts the authorities that the settings name.</summary>
    /// <exception cref="EcrCredentialException">The path of the CA bundle is invalid.</exception>
    public MetadataHttpClient For(AwsSettings settings)
    {
        if (settings.ProfileCaBundle is not { } bundle || bundle == profileBundle)
        {
            return this;
        }

        lock (_creation)
        {
            if (!_byBundle.TryGetValue(bundle, out var client))
            {
                _byBundle[bundle] = client = new MetadataHttpClient(logger, timeProvider, trustStore, connect, bundle);
            }

            return client;
        }
    }

    /// <inheritdoc cref="SendAsync(Func{HttpRequestMessage}, TimeSpan, int, bool, CancellationToken)"/>
    public Task<(HttpStatusCode StatusCode, byte[] Content)> SendAsync(
        Func<HttpRequestMessage> create, TimeSpan attemptTimeout, int attempts, CancellationToken cancellationToken) =>
        SendAsync(create, attemptTimeout, attempts, isTimeoutFinal: false, cancellationToken);

    /// <summary>Sends a request until there is an answer that a retry would not change.</summary>
    /// <param name="create">Creates the request, anew for each attempt.</param>
    /// <param name="attemptTimeout">The timeout of one attempt.</param>
    /// <param name="attempts">The number of attempts.</param>
    /// <param name="isTimeoutFinal">Whether an attempt that timed out is the last one.</param>
    /// <param name="cancellationToken">Cancels the attempts.</param>
    /// <returns>The answer to the last attempt, with any status.</returns>
    /// <exception cref="HttpRequestException">Every attempt failed to connect, or lost its connection.</exception>
    /// <exception cref="TimeoutException">The last attempt timed out.</exception>
    public async Task<(HttpStatusCode StatusCode, byte[] Content)> SendAsync(
        Func<HttpRequestMessage> create, TimeSpan attemptTimeout, int attempts, bool isTimeoutFinal, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await SendOnceAsync(create, attemptTimeout, cancellationToken).ConfigureAwait(false);
                if (attempt >= attempts || !IsTransient(answer.StatusCode))
                {
                    return answer;
                }
            }
            catch (Exception e) when (attempt < attempts && CanRetry(e, isTimeoutFinal))
            {
            }

            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (var client in _byBundle.Values)
        {
            client.Dispose();
        }

        _client?.Dispose();
    }

    private async Task<(HttpStatusCode StatusCode, byte[] Content)> SendOnceAsync(
        Func<HttpRequestMessage> create, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = create();
        try
        {
            using var response = await GetClient().SendAsync(request, either.Token).ConfigureAwait(false);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The attempt timed out.", e);
        }
    }

    private static bool CanRetry(Exception failure, bool isTimeoutFinal) =>
        (failure is HttpRequestException || (failure is TimeoutException && !isTimeoutFinal)) && !ConnectionErrors.IsPermanent(failure);

    private static bool IsTransient(HttpStatusCode status) => status >= HttpStatusCode.InternalServerError || status == HttpStatusCode.TooManyRequests;

    private HttpClient GetClient()
    {
        lock (_creation)
        {
            return _client ??= Create();
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The client disposes its handlers.")]
    private HttpClient Create()
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectCallback = connect ?? new RacingConnector(timeProvider).ConnectAsync,
            PlaintextStreamFilter = SingleSendStream.FilterAsync,
            SslOptions = CaBundle.CreateSslOptions(trustStore, timeProvider, profileBundle),
            UseCookies = false,
            UseProxy = false,
        };
        return new HttpClient(HttpLoggingHandler.Around(handler, logger, timeProvider))
        {
            MaxResponseContentBufferSize = MaxResponseLength,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}

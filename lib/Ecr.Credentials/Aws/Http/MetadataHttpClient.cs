using System.Diagnostics.CodeAnalysis;
using System.Net;
using Ecr.Credentials.Aws.Trust;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Asks services of the machine itself, which hand out credentials in the clear: never through a proxy.</summary>
/// <param name="logger">Told of each attempt.</param>
/// <param name="timeProvider">The clock of time limits and pauses.</param>
/// <param name="trust">Decides on servers; null for .NET.</param>
/// <param name="connect">Makes connections; null for the system's way.</param>
internal sealed class MetadataHttpClient(
    ILogger logger,
    TimeProvider timeProvider,
    LazyTrustStore? trust,
    Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null) : IDisposable
{
    // An answer is a role's name, a token or a document with credentials.
    private const int MaxAnswerLength = 64 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _creation = new();
    private HttpClient? _client;

    /// <summary>Sends a request until there is an answer that trying again would not change.</summary>
    /// <param name="create">Makes the request, for each attempt anew.</param>
    /// <param name="attemptTimeout">The time for one attempt.</param>
    /// <param name="attempts">How many attempts there are.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <returns>The last attempt's answer, whatever its status is.</returns>
    /// <exception cref="HttpRequestException">There was no answer; the connection failed or broke.</exception>
    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    public async Task<(HttpStatusCode StatusCode, byte[] Content)> SendAsync(
        Func<HttpRequestMessage> create, TimeSpan attemptTimeout, int attempts, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await SendOnceAsync(create, attemptTimeout, cancellationToken).ConfigureAwait(false);
                if (attempt >= attempts || !IsPassing(answer.StatusCode))
                {
                    return answer;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException && attempt < attempts)
            {
            }

            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _client?.Dispose();

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
            throw new TimeoutException("There was no answer in time.", e);
        }
    }

    private static bool IsPassing(HttpStatusCode status) => status >= HttpStatusCode.InternalServerError || status == HttpStatusCode.TooManyRequests;

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
            ConnectCallback = connect,
            SslOptions = CaBundle.CreateSslOptions(trust),
            UseCookies = false,
            UseProxy = false,
        };
        return new HttpClient(HttpLoggingHandler.Around(handler, logger, timeProvider))
        {
            MaxResponseContentBufferSize = MaxAnswerLength,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}

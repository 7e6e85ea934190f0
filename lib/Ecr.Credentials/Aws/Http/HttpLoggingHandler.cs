using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Tells each attempt of a call and how it ended, so that retries and slow answers show.</summary>
/// <remarks>
/// Of the address the server alone is told: an id in the path is all that keeps the credentials of one ECS task from another. Nothing of headers
/// and content is told.
/// </remarks>
internal sealed class HttpLoggingHandler(ILogger logger, TimeProvider timeProvider, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The handler with a log around it, or alone if nobody listens.</summary>
    public static HttpMessageHandler Around(HttpMessageHandler inner, ILogger logger, TimeProvider timeProvider) =>
        logger.IsEnabled(LogLevel.Debug) ? new HttpLoggingHandler(logger, timeProvider, inner) : inner;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var server = request.RequestUri!.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            Log.Answered(logger, request.Method, server, (int)response.StatusCode, GetMilliseconds(started));
            return response;
        }
        catch (OperationCanceledException)
        {
            Log.Failed(logger, request.Method, server, GetMilliseconds(started), "no answer in time");
            throw;
        }
        catch (HttpRequestException e)
        {
            Log.Failed(logger, request.Method, server, GetMilliseconds(started), MessageText.OneLine(e.Message));
            throw;
        }
    }

    private long GetMilliseconds(long started) => (long)timeProvider.GetElapsedTime(started).TotalMilliseconds;

    private static class Log
    {
        private static readonly Action<ILogger, HttpMethod, string, int, long, Exception?> AnsweredMessage =
            LoggerMessage.Define<HttpMethod, string, int, long>(
                LogLevel.Debug, new EventId(1, nameof(Answered)), "{Method} {Server} answered {StatusCode} after {Milliseconds} ms");

        private static readonly Action<ILogger, HttpMethod, string, long, string, Exception?> FailedMessage =
            LoggerMessage.Define<HttpMethod, string, long, string>(
                LogLevel.Debug, new EventId(2, nameof(Failed)), "{Method} {Server} failed after {Milliseconds} ms: {Why}");

        public static void Answered(ILogger logger, HttpMethod method, string server, int statusCode, long milliseconds) =>
            AnsweredMessage(logger, method, server, statusCode, milliseconds, null);

        public static void Failed(ILogger logger, HttpMethod method, string server, long milliseconds, string why) =>
            FailedMessage(logger, method, server, milliseconds, why, null);
    }
}

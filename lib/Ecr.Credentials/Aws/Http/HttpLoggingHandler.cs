using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Logs each attempt of a call and how it ended, so that retries and slow answers are visible.</summary>
/// <remarks>
/// Of the address only the server is logged: an id in the path is all that separates the credentials of one ECS task from another's. Headers and
/// content are not logged.
/// </remarks>
internal sealed class HttpLoggingHandler(ILogger logger, TimeProvider timeProvider, EnvironmentProxy? proxy, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    // A proxy is logged when it is first used, and not with each request.
    private ProxyServer? _loggedProxy;

    /// <summary>The handler with logging around it, or alone if the logger is disabled.</summary>
    /// <param name="inner">The handler.</param>
    /// <param name="logger">The logger.</param>
    /// <param name="timeProvider">The clock of measured durations.</param>
    /// <param name="proxy">The proxies that the handler uses.</param>
    public static HttpMessageHandler Around(HttpMessageHandler inner, ILogger logger, TimeProvider timeProvider, EnvironmentProxy? proxy = null) =>
        logger.IsEnabled(LogLevel.Debug) ? new HttpLoggingHandler(logger, timeProvider, proxy, inner) : inner;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (proxy?.Find(request.RequestUri!) is { Error: null } used && Interlocked.Exchange(ref _loggedProxy, used) != used)
        {
            SettingsLog.SettingInEffect(logger, new SettingInEffect("proxy", used.HostAndPort, used.Variable));
        }

        var started = timeProvider.GetTimestamp();
        var server = MessageText.Address(request.RequestUri!);
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            Log.HttpAnswered(logger, request.Method, server, (int)response.StatusCode, GetMilliseconds(started));
            return response;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
        {
            Log.HttpFailed(logger, request.Method, server, GetMilliseconds(started), ConnectionErrors.Describe(e));
            throw;
        }
    }

    private long GetMilliseconds(long started) => (long)timeProvider.GetElapsedTime(started).TotalMilliseconds;

    private static class Log
    {
        private static readonly Action<ILogger, HttpMethod, string, int, long, Exception?> HttpAnsweredMessage =
            LoggerMessage.Define<HttpMethod, string, int, long>(
                LogLevel.Debug, LogEvents.HttpAnswered, "{Method} {Server} answered {StatusCode} after {Milliseconds} ms");

        private static readonly Action<ILogger, HttpMethod, string, long, string, Exception?> HttpFailedMessage =
            LoggerMessage.Define<HttpMethod, string, long, string>(
                LogLevel.Debug, LogEvents.HttpFailed, "{Method} {Server} failed after {Milliseconds} ms: {Why}");

        public static void HttpAnswered(ILogger logger, HttpMethod method, string server, int statusCode, long milliseconds) =>
            HttpAnsweredMessage(logger, method, server, statusCode, milliseconds, null);

        public static void HttpFailed(ILogger logger, HttpMethod method, string server, long milliseconds, string why) =>
            HttpFailedMessage(logger, method, server, milliseconds, why, null);
    }
}

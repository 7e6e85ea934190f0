using System.Net;
using Ecr.Credentials.Aws.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Http;

public sealed class HttpLoggingHandlerTests
{
    [Test]
    public async Task An_attempt_is_logged_without_secrets()
    {
        await using var server = await LoopbackServer.StartAsync((_, response) =>
        {
            response.Headers.SetCookie = "s3cret-cookie";
            return response.WriteAsync("s3cret-answer");
        });

        var line = await LogAsync(new UriBuilder(server.Address) { UserName = "s3cret", Password = "s3cret", Path = "/s3cret", Query = "s3cret" }.Uri);

        Assert.That(line, Does.Match($@"^Debug: GET http://127\.0\.0\.1:{server.Address.Port} answered 200 after \d+ ms$"));
    }

    [Test]
    public async Task A_failed_attempt_is_logged_with_the_reason() =>
        Assert.That(
            await LogAsync(new Uri("http://s3cret:s3cret@127.0.0.1:1/s3cret")),
            Does.Match(@"^Debug: GET http://127\.0\.0\.1:1 failed after \d+ ms: connection refused$"));

    [Test]
    public async Task An_attempt_that_times_out_is_logged()
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.StaySilentAsync);

        Assert.That(await LogAsync(server.Address, TimeSpan.FromMilliseconds(50)), Does.Match(@" failed after \d+ ms: timed out$"));
    }

    [Test]
    public void Without_a_logger_there_is_no_logging_handler()
    {
        using var handler = new SocketsHttpHandler();

        Assert.That(HttpLoggingHandler.Around(handler, NullLogger.Instance, TimeProvider.System), Is.SameAs(handler));
    }

    private static async Task<string> LogAsync(Uri address, TimeSpan? timeout = null)
    {
        using var logger = new ListLogger();
        using var client = new HttpClient(HttpLoggingHandler.Around(new SocketsHttpHandler { UseProxy = false }, logger, TimeProvider.System))
        {
            Timeout = timeout ?? TimeSpan.FromMinutes(1),
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Authorization", "s3cret-header" } } };
        try
        {
            using var response = await client.SendAsync(request);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
        }

        return logger.Lines.Single();
    }
}

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

    [TestCase("http://registry.example/s3cret", @"answered 407 after \d+ ms")]
    [TestCase("https://registry.example/s3cret", @"failed after \d+ ms: the proxy refused the connection")]
    public async Task User_name_and_password_of_a_proxy_are_not_logged(string address, string outcome)
    {
        await using var proxy = await LoopbackServer.StartAsync((_, response) =>
        {
            response.StatusCode = StatusCodes.Status407ProxyAuthenticationRequired;
            response.Headers.ProxyAuthenticate = "Basic realm=\"s3cret-realm\"";
            return Task.CompletedTask;
        });
        var credentials = new NetworkCredential("s3cret-user", "s3cret-password");
        var proxyAddress = new UriBuilder(proxy.Address) { UserName = credentials.UserName, Password = credentials.Password }.Uri;
        var uri = new Uri(address);

        var line = await LogAsync(uri, proxy: new WebProxy(proxyAddress) { Credentials = credentials }, expected: HttpStatusCode.ProxyAuthenticationRequired);

        Assert.That(line, Does.Match($"^Debug: GET {uri.Scheme}://registry\\.example {outcome}$"));
        Assert.That(
            proxy.Requests.Select(request => request.Headers.ContainsKey("Proxy-Authorization")), Has.Some.True, "The proxy must have received the password.");
    }

    private static async Task<string> LogAsync(
        Uri address, TimeSpan? timeout = null, IWebProxy? proxy = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var logger = new ListLogger();
        var handler = new SocketsHttpHandler { UseProxy = proxy is not null, Proxy = proxy };
        using var client = new HttpClient(HttpLoggingHandler.Around(handler, logger, TimeProvider.System))
        {
            Timeout = timeout ?? TimeSpan.FromMinutes(1),
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Authorization", "s3cret-header" } } };
        try
        {
            using var response = await client.SendAsync(request);
            Assert.That(response.StatusCode, Is.EqualTo(expected));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
        }

        return logger.Lines.Single();
    }
}

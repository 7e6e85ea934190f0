using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ecr.Credentials.Aws.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Aws.Http;

public sealed class MetadataHttpClientTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    [TestCase(500)]
    [TestCase(503)]
    [TestCase(429)]
    public async Task A_transient_status_is_retried(int status)
    {
        await using var server = await LoopbackServer.StartAsync((_, response) => AnswerAsync(response, status));
        using var client = Client();

        var (code, content) = await SendAsync(client, server.Address, attempts: 3);

        Assert.That(((int)code, content), Is.EqualTo((status, "the answer"u8.ToArray())));
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [TestCase(200)]
    [TestCase(302)]
    [TestCase(400)]
    [TestCase(401)]
    [TestCase(403)]
    [TestCase(404)]
    [TestCase(405)]
    public async Task Any_other_status_is_final(int status)
    {
        await using var server = await LoopbackServer.StartAsync((_, response) => AnswerAsync(response, status));
        using var client = Client();

        Assert.That((int)(await SendAsync(client, server.Address, attempts: 3)).StatusCode, Is.EqualTo(status));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_first_successful_response_ends_the_attempts()
    {
        LoopbackServer? started = null;
        await using var server = started = await LoopbackServer.StartAsync((_, response) => AnswerAsync(response, started!.Requests.Count < 2 ? 500 : 200));
        using var client = Client();

        Assert.That((await SendAsync(client, server.Address, attempts: 3)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(server.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_failed_connection_is_retried()
    {
        var connections = 0;
        using var client = Client(connect: (_, _) =>
        {
            connections++;
            throw new SocketException((int)SocketError.ConnectionRefused);
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(client, new Uri("http://169.254.169.254/"), attempts: 3));
        Assert.That(connections, Is.EqualTo(3));
    }

    [Test]
    public async Task A_connection_reset_is_retried()
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.ResetAsync);
        using var client = Client();

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(client, server.Address, attempts: 2));
        Assert.That(server.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Every_attempt_has_a_timeout_and_is_followed_by_a_pause()
    {
        var clock = new InstantTimeProvider();
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.StaySilentAsync);
        using var client = Client(clock);

        await Assert.ThrowsAsync<TimeoutException>(() => SendAsync(client, server.Address, attempts: 3));
        Assert.That(clock.Waits, Is.EqualTo(new[] { Second, Pause, Second, Pause, Second }));
    }

    [Test]
    public async Task A_truncated_response_is_invalid()
    {
        var clock = new FakeTimeProvider();
        await using var server = await LoopbackServer.StartAsync(async (request, response) =>
        {
            response.ContentLength = 100;
            await response.WriteAsync("half");
            await response.Body.FlushAsync();
            clock.Advance(Second);
            await LoopbackServer.StaySilentAsync(request, response);
        });
        using var client = Client(clock);

        await Assert.ThrowsAsync<TimeoutException>(() => SendAsync(client, server.Address));
    }

    [Test]
    public async Task Cancellation_ends_an_attempt_without_a_response()
    {
        using var cancelled = new CancellationTokenSource();
        await using var server = await LoopbackServer.StartAsync(async (request, response) =>
        {
            await cancelled.CancelAsync();
            await LoopbackServer.StaySilentAsync(request, response);
        });
        using var client = Client();

        Assert.That(
            () => client.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, server.Address), TimeSpan.FromHours(1), 3, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    [NonParallelizable]
    public async Task No_proxy_is_ever_used()
    {
        await using var proxy = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        await using var server = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        using var client = Client();
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(proxy.Address);
        try
        {
            await SendAsync(client, server.Address);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.That((proxy.Requests.Count, server.Requests.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Redirects_are_not_followed()
    {
        await using var server = await LoopbackServer.StartAsync((request, response) =>
        {
            response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });
        using var client = Client();

        Assert.That((await SendAsync(client, server.Address)).StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(server.Requests.Single().Path, Is.EqualTo("/"));
    }

    [Test]
    public async Task Nothing_is_sent_but_the_request()
    {
        await using var server = await LoopbackServer.StartAsync((_, response) =>
        {
            response.Cookies.Append("session", "1");
            return Task.CompletedTask;
        });
        using var client = Client();
        using var activity = new Activity("a caller's").Start();

        await SendAsync(client, server.Address);
        await SendAsync(client, server.Address);

        Assert.That(server.Requests[^1].Headers.Keys, Is.EqualTo(new[] { "Host" }));
    }

    [Test]
    public async Task A_response_that_is_too_large_is_not_read()
    {
        await using var server = await LoopbackServer.StartAsync(async (_, response) =>
        {
            var chunk = new byte[1024];
            while (!response.HttpContext.RequestAborted.IsCancellationRequested)
            {
                await response.Body.WriteAsync(chunk, response.HttpContext.RequestAborted);
            }
        });
        using var client = Client();

        var failure = (await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(client, server.Address)))!;

        Assert.That(failure.HttpRequestError, Is.EqualTo(HttpRequestError.ConfigurationLimitExceeded));
    }

    private static MetadataHttpClient Client(
        TimeProvider? clock = null, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null) =>
        new(NullLogger.Instance, clock ?? new InstantTimeProvider(Pause), trustStore: null, connect);

    private static Task<(HttpStatusCode StatusCode, byte[] Content)> SendAsync(MetadataHttpClient client, Uri address, int attempts = 1) =>
        client.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, address), Second, attempts, CancellationToken.None);

    private static Task AnswerAsync(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return response.WriteAsync("the answer");
    }
}

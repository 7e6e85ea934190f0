using Ecr.Credentials.Aws.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Http;

/// <summary>The client that <see cref="AwsHttpClientFactory"/> gives to the SDK.</summary>
public sealed class AttemptHandlerTests
{
    [TestCase("attempt=1; max=1", ", 1 attempt")]
    [TestCase("attempt=3; max=3", ", 3 attempts")]
    [TestCase("ttl=20260101T000000Z; attempt=2; max=3", ", 2 attempts")]
    [TestCase(null, "")]
    public async Task A_silent_server_is_timed_out_with_what_was_waited_for_and_how_often(string? header, string attempts)
    {
        var clock = new InstantTimeProvider();
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.StaySilentAsync);
        using var factory = Factory(clock);

        var failure = await Assert.ThrowsAsync<AttemptTimeoutException>(() => SendAsync(factory, server.Address, header));

        Assert.That(failure!.Message, Is.EqualTo($"no answer within 12s{attempts}"));
        Assert.That(clock.Waits, Is.EqualTo(new[] { TimeSpan.FromSeconds(12) }));
    }

    [Test]
    public async Task A_server_that_falls_silent_within_its_answer_is_timed_out()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var server = await LoopbackServer.StartAsync(async (request, response) =>
        {
            response.ContentLength = 100;
            await response.WriteAsync("half");
            await response.Body.FlushAsync();
            clock.Advance(TimeSpan.FromSeconds(12));
            await LoopbackServer.StaySilentAsync(request, response);
        });
        using var factory = Factory(clock);

        await Assert.ThrowsAsync<AttemptTimeoutException>(() => SendAsync(factory, server.Address));
    }

    [Test]
    public async Task The_callers_cancellation_is_not_a_timeout()
    {
        using var canceled = new CancellationTokenSource();
        await using var server = await LoopbackServer.StartAsync(async (request, response) =>
        {
            await canceled.CancelAsync();
            await LoopbackServer.StaySilentAsync(request, response);
        });
        using var factory = Factory(TimeProvider.System);

        await Assert.ThatAsync(() => SendAsync(factory, server.Address, cancellationToken: canceled.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task An_answer_above_1_MiB_is_not_read()
    {
        await using var server = await LoopbackServer.StartAsync(async (_, response) =>
        {
            var chunk = new byte[64 * 1024];
            while (!response.HttpContext.RequestAborted.IsCancellationRequested)
            {
                await response.Body.WriteAsync(chunk, response.HttpContext.RequestAborted);
            }
        });
        using var factory = Factory(TimeProvider.System);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(factory, server.Address));

        Assert.That(ConnectionErrors.Describe(failure!), Is.EqualTo("the response is too large"));
    }

    [Test]
    public async Task A_request_whose_connection_is_closed_is_sent_once([Values("GET", "POST")] string method, [Values] bool isReused)
    {
        LoopbackServer? started = null;
        await using var server = started = await LoopbackServer.StartAsync((_, response) =>
            isReused && started!.Requests.Count == 1 ? Task.CompletedTask : LoopbackServer.ResetAsync(_, response));
        using var factory = Factory(TimeProvider.System);
        if (isReused)
        {
            await SendAsync(factory, server.Address);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(factory, server.Address, method: method));

        Assert.That(server.Requests, Has.Count.EqualTo(isReused ? 2 : 1));
    }

    [TestCase("HTTP_PROXY", "ftp://user:s3cret@proxy.example")]
    [TestCase("http_proxy", "http://proxy.example:port")]
    public async Task A_proxy_that_cannot_be_used_fails_the_call_and_nothing_is_sent(string variable, string value)
    {
        await using var server = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        using var factory = Factory(TimeProvider.System, (variable, value));

        var failure = await Assert.ThrowsAsync<EcrCredentialException>(() => SendAsync(factory, new Uri("http://name.example/")));

        Assert.That(failure!.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidConfiguration));
        Assert.That(failure.Message, Does.StartWith($"invalid {variable} \"").And.Not.Contain("s3cret"));
        await Assert.ThatAsync(() => SendAsync(factory, server.Address), Throws.Nothing, "The machine itself needs no proxy.");
    }

    [Test]
    public async Task A_proxy_is_used_except_for_the_machine_itself_and_NO_PROXY()
    {
        await using var proxy = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        await using var server = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        using var factory = Factory(TimeProvider.System, ("HTTP_PROXY", proxy.Address.AbsoluteUri), ("NO_PROXY", "direct.invalid"));

        await SendAsync(factory, new Uri("http://name.invalid/"));
        await SendAsync(factory, server.Address);

        await Assert.ThatAsync(() => SendAsync(factory, new Uri("http://direct.invalid/")), Throws.TypeOf<HttpRequestException>());
        Assert.That((proxy.Requests.Count, server.Requests.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task The_first_use_of_a_proxy_is_logged_with_its_variable_and_without_its_user()
    {
        using var logger = new ListLogger();
        await using var proxy = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        using var factory = new AwsHttpClientFactory(
            logger, TimeProvider.System, environment: name => name == "http_proxy" ? $"http://user:s3cret@127.0.0.1:{proxy.Address.Port}" : null);

        await SendAsync(factory, new Uri("http://name.invalid/"));
        await SendAsync(factory, new Uri("http://name.invalid/"));

        Assert.That(
            logger.Lines.Where(line => line.Contains("roxy", StringComparison.Ordinal)),
            Is.EqualTo(new[] { $"Debug: proxy: 127.0.0.1:{proxy.Address.Port} (http_proxy)" }));
        Assert.That(logger.Lines, Has.None.Contains("s3cret"));
    }

    private static AwsHttpClientFactory Factory(TimeProvider clock, params (string Name, string Value)[] variables) =>
        new(NullLogger.Instance, clock, environment: variables.ToDictionary(variable => variable.Name, variable => variable.Value).GetValueOrDefault);

    private static async Task SendAsync(
        AwsHttpClientFactory factory, Uri address, string? attemptHeader = null, string method = "GET", CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (method == "POST")
        {
            request.Content = new StringContent("{}");
        }

        if (attemptHeader is not null)
        {
            request.Headers.TryAddWithoutValidation("amz-sdk-request", attemptHeader);
        }

        using var response = await factory.Create().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}

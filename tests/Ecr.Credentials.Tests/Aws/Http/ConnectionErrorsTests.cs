using System.Net;
using System.Net.Sockets;
using Ecr.Credentials.Aws.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Http;

/// <summary>What the runtime really throws.</summary>
public sealed class ConnectionErrorsTests
{
    [TestCase("http://127.0.0.1:1/", "connection refused")]
    [TestCase("http://name.invalid/", "DNS lookup failed")]
    [TestCase("http://0.0.0.0:0/", "connection failed")]
    public async Task Explain_tells_why_there_is_no_connection(string address, string why) =>
        Assert.That(await ExplainAsync(new Uri(address)), Is.EqualTo(why));

    [Test]
    public async Task Explain_tells_of_a_certificate_that_is_not_trusted()
    {
        await using var server = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);

        Assert.That(
            await ExplainAsync(new Uri("https://name.example/"), server.ConnectAsync), Is.EqualTo("TLS handshake failed: the certificate is not trusted"));
    }

    [Test]
    public async Task Explain_tells_of_a_connection_that_breaks()
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.ResetAsync);

        Assert.That(await ExplainAsync(server.Address), Is.EqualTo("connection reset"));
    }

    [Test]
    public async Task Explain_tells_of_a_server_that_does_not_answer()
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.StaySilentAsync);

        Assert.That(await ExplainAsync(server.Address, timeout: TimeSpan.FromMilliseconds(50)), Is.EqualTo("timed out"));
    }

    [Test]
    public async Task Explain_tells_of_an_answer_that_is_too_long()
    {
        await using var server = await LoopbackServer.StartAsync((_, response) => response.Body.WriteAsync(new byte[1024 * 1024]).AsTask());

        Assert.That(await ExplainAsync(server.Address), Is.EqualTo("the response is too large"));
    }

    [Test]
    public async Task Explain_tells_of_a_server_of_another_protocol()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var greeting = GreetAsync(listener);

        Assert.That(await ExplainAsync(new Uri($"http://{listener.LocalEndpoint}/")), Is.EqualTo("invalid HTTP response"));
        await greeting;
    }

    [Test]
    public void Explain_has_words_for_a_stream_that_breaks() =>
        Assert.That(ConnectionErrors.Describe(new IOException()), Is.EqualTo("connection reset"));

    private static async Task GreetAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        await connection.GetStream().WriteAsync("220 ready\r\n\r\n"u8.ToArray());
    }

    private static async Task<string> ExplainAsync(
        Uri address, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null, TimeSpan? timeout = null)
    {
        using var client = new MetadataHttpClient(NullLogger.Instance, TimeProvider.System, trustStore: null, connect);
        try
        {
            await client.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, address), timeout ?? TimeSpan.FromMinutes(1), attempts: 1, CancellationToken.None);
            return "there was an answer";
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            return ConnectionErrors.Describe(e);
        }
    }
}

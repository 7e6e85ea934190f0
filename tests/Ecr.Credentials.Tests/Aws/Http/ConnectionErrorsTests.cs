using System.Net;
using System.Net.Sockets;
using Ecr.Credentials.Aws.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Http;

/// <summary>Exceptions that the runtime really throws.</summary>
public sealed class ConnectionErrorsTests
{
    [TestCase("http://127.0.0.1:1/", "connection refused")]
    [TestCase("http://name.invalid/", "DNS lookup failed")]
    [TestCase("http://255.255.255.255:1/", "connection failed")]
    public async Task A_failed_connection_is_described(string address, string why) =>
        Assert.That(await ExplainAsync(new Uri(address)), Is.EqualTo(why));

    [Test]
    public async Task An_untrusted_certificate_is_described()
    {
        await using var server = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);

        Assert.That(
            await ExplainAsync(new Uri("https://name.example/"), server.ConnectAsync),
            Does.Match("^TLS handshake failed: the certificate is not trusted: its issuer \"CN=.*\" is unknown$"));
    }

    [Test]
    public async Task A_connection_reset_is_described()
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.ResetAsync);

        Assert.That(await ExplainAsync(server.Address), Is.EqualTo("connection reset"));
    }

    [Test]
    public async Task A_timeout_is_described()
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.StaySilentAsync);

        Assert.That(await ExplainAsync(server.Address, timeout: TimeSpan.FromMilliseconds(50)), Is.EqualTo("timed out"));
    }

    [Test]
    public async Task A_response_that_is_too_large_is_described()
    {
        await using var server = await LoopbackServer.StartAsync((_, response) => response.Body.WriteAsync(new byte[1024 * 1024]).AsTask());

        Assert.That(await ExplainAsync(server.Address), Is.EqualTo("the response is too large"));
    }

    [Test]
    public async Task A_server_of_another_protocol_is_described()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var greeting = GreetAsync(listener);

        Assert.That(await ExplainAsync(new Uri($"http://{listener.LocalEndpoint}/")), Is.EqualTo("invalid HTTP response"));
        await greeting;
    }

    [Test]
    public void A_broken_stream_is_described() =>
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

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class SilentServerTests
{
    /// <summary>Long enough for a response to arrive over loopback if the server sent one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    [Test]
    public async Task A_connection_never_completes()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.BeforeConnection);
        using var client = new TcpClient();
        using var late = new CancellationTokenSource(Patience);

        await Assert.ThatAsync(async () => await client.ConnectAsync(EndPoint(server), late.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(server.Connected.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_TLS_client_hello_is_never_answered()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.BeforeAnswer);
        using var client = new TcpClient();
        await client.ConnectAsync(EndPoint(server));
        await using var tls = new SslStream(client.GetStream());
        using var late = new CancellationTokenSource(Patience);

        await Assert.ThatAsync(
            () => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, late.Token),
            Throws.InstanceOf<OperationCanceledException>());

        await server.Connected;
    }

    [Test]
    public async Task A_request_is_never_answered()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.BeforeAnswer);
        using var http = new HttpClient();
        using var late = new CancellationTokenSource(Patience);

        await Assert.ThatAsync(
            () => http.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead, late.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_response_begins_and_never_ends()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.WithinAnswer);
        using var http = new HttpClient();
        using var late = new CancellationTokenSource();

        using var response = await http.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead);
        using var body = await response.Content.ReadAsStreamAsync();
        var begin = new byte[1];
        await body.ReadExactlyAsync(begin);
        late.CancelAfter(Patience);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Encoding.ASCII.GetString(begin), Is.EqualTo("{"));
        await Assert.ThatAsync(async () => await body.ReadExactlyAsync(begin, late.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(HangPoint.BeforeAnswer)]
    [TestCase(HangPoint.WithinAnswer)]
    public async Task Disposing_the_server_releases_its_clients(HangPoint silence)
    {
        var server = await SilentServer.StartAsync(silence);
        using var http = new HttpClient();
        var answer = http.GetStringAsync(server.Address);
        await server.Connected;

        await server.DisposeAsync();

        await Assert.ThatAsync(() => answer, Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Several_clients_are_held_at_once()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.WithinAnswer);
        using var http = new HttpClient();

        using var first = await http.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead);
        using var second = await http.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead);

        Assert.That((first.StatusCode, second.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
    }

    private static IPEndPoint EndPoint(SilentServer server) => new(IPAddress.Loopback, server.Address.Port);
}

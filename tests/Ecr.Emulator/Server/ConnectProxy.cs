using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ecr.Emulator.Server;

/// <summary>
/// An HTTP proxy that leads to the emulator whatever name is asked for: CONNECT becomes a tunnel to the TLS listener, so that clients
/// meet the emulator under AWS's real names; everything else goes to the plain listener, which takes absolute request targets.
/// </summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private const int MaximumHeadLength = 16 * 1024;
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<int, bool> _ownPorts = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;

    public ConnectProxy() => _listener.Start();

    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    public void Start(int httpPort, int httpsPort) => _accepting = AcceptAsync(httpPort, httpsPort);

    /// <summary>True where the connection from this port of the loopback interface is one of the proxy's own.</summary>
    public bool Owns(int remotePort) => _ownPorts.ContainsKey(remotePort);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(int httpPort, int httpsPort)
    {
        try
        {
            while (true)
            {
                var connection = ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token), httpPort, httpsPort);
                _connections[connection] = true;
                _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // The emulator ends.
        }
    }

    private async Task ServeAsync(Socket client, int httpPort, int httpsPort)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var ownPort = 0;
        try
        {
            var buffer = new byte[MaximumHeadLength];
            var received = await ReceiveHeadAsync(client, buffer);
            var isTunnel = Encoding.ASCII.GetString(buffer, 0, received).StartsWith("CONNECT ", StringComparison.Ordinal);

            await server.ConnectAsync(IPAddress.Loopback, isTunnel ? httpsPort : httpPort, _stopping.Token);
            ownPort = ((IPEndPoint)server.LocalEndPoint!).Port;
            _ownPorts[ownPort] = true;
            if (isTunnel)
            {
                await client.SendAsync("HTTP/1.1 200 Connection Established\r\n\r\n"u8.ToArray(), _stopping.Token);
            }
            else
            {
                await server.SendAsync(buffer.AsMemory(0, received), _stopping.Token);
            }

            await Task.WhenAll(PumpAsync(client, server, broken), PumpAsync(server, client, broken));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or InvalidDataException)
        {
            // A connection that broke on one side breaks on the other as well: a reset, not a polite end.
            client.Close(0);
            server.Close(0);
        }
        finally
        {
            _ownPorts.TryRemove(ownPort, out _);
            client.Dispose();
        }
    }

    /// <returns>Number of bytes received; the head of a request ends within them.</returns>
    private async Task<int> ReceiveHeadAsync(Socket client, byte[] buffer)
    {
        var received = 0;
        while (received < buffer.Length)
        {
            var count = await client.ReceiveAsync(buffer.AsMemory(received), _stopping.Token);
            if (count == 0)
            {
                break;
            }

            received += count;
            if (buffer.AsSpan(0, received).IndexOf(EndOfHead) >= 0)
            {
                return received;
            }
        }

        throw new InvalidDataException("The client sent no complete request head.");
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, broken.Token) is > 0 and var count)
            {
                await to.SendAsync(buffer.AsMemory(0, count), broken.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other direction would wait for bytes that can no longer be passed on.
            await broken.CancelAsync();
            throw;
        }
    }
}

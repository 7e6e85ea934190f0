using System.Net;
using System.Net.Sockets;

namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>
/// A way to a server on this machine on which everything that the client sends arrives late, as over a network: a question is answered after the
/// time of a round trip. Opening a connection takes no time, which a program in user space cannot change.
/// </summary>
internal sealed class DelayedLink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly TimeSpan _roundTrip;

    public DelayedLink(int serverPort, TimeSpan roundTrip)
    {
        _serverPort = serverPort;
        _roundTrip = roundTrip;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using (client)
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
                await Task.WhenAll(ForwardAsync(client, server, _roundTrip), ForwardAsync(server, client, TimeSpan.Zero));
            }
        }
        catch (SocketException)
        {
            // One of them has gone; the other one notices when both sockets are closed.
        }
    }

    private static async Task ForwardAsync(Socket from, Socket to, TimeSpan delay)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and var length)
        {
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay);
            }

            await to.SendAsync(buffer.AsMemory(0, length));
        }

        to.Shutdown(SocketShutdown.Send);
    }
}

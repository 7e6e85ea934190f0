using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Ecr.Emulator;

/// <summary>Accepts connections until it is disposed, and serves each one independently.</summary>
public sealed class ConnectionListener : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<NetworkStream, Task> _serve;

    /// <param name="address">The address to listen on; port 0 selects a free port.</param>
    /// <param name="serve">Serves a connection. A broken connection and a client that does not trust the certificate are ignored.</param>
    public ConnectionListener(IPEndPoint address, Func<NetworkStream, Task> serve)
    {
        _listener = new TcpListener(address);
        _serve = serve;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Forwards bytes in both directions until one side closes.</summary>
    public static async Task ForwardAsync(Stream client, int serverPort)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var server = new TcpClient { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, serverPort);
        await Task.WhenAny(client.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client));
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                await _serve(client.GetStream());
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            // One side has disconnected.
        }
    }
}

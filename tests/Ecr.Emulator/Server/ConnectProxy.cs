using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ecr.Emulator.Server;

/// <summary>
/// An HTTP proxy that routes every host name to the emulator unless another route is set: CONNECT opens a tunnel to the TLS listener, so that
/// clients reach the emulator under AWS's real names. A plain-text request is answered with 502: metadata and container credentials use
/// plain text, and a proxy on another machine can reach neither. Every request is recorded.
/// </summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private const int MaximumHeadLength = 16 * 1024;
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<ProxiedRequest> _requests = new();
    private readonly ConcurrentDictionary<int, bool> _ownPorts = new();
    private readonly ConcurrentDictionary<string, int> _routes = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;

    public ConnectProxy() => _listener.Start();

    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    /// <summary>In the order of arrival.</summary>
    public IReadOnlyList<ProxiedRequest> Requests => [.. _requests];

    /// <summary>Routes connections to port 443 of this host to another port of the loopback interface.</summary>
    public void Route(string host, int port) => _routes[$"{host}:443"] = port;

    public void Start(int httpsPort) => _accepting = AcceptAsync(httpsPort);

    /// <summary>Whether the connection from this loopback port is one that the proxy opened.</summary>
    public bool Owns(int remotePort) => _ownPorts.ContainsKey(remotePort);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_connections.Keys);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(int httpsPort)
    {
        try
        {
            while (true)
            {
                var connection = ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token), httpsPort);
                _connections[connection] = true;
                _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // The emulator is stopping.
        }
    }

    private async Task ServeAsync(Socket client, int httpsPort)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var ownPort = 0;
        try
        {
            var request = await ReceiveRequestAsync(client);
            _requests.Enqueue(request);
            if (request.Method != "CONNECT")
            {
                await RefuseAsync(client);
                return;
            }

            await server.ConnectAsync(IPAddress.Loopback, _routes.GetValueOrDefault(request.Target, httpsPort), _stopping.Token);
            ownPort = ((IPEndPoint)server.LocalEndPoint!).Port;
            _ownPorts[ownPort] = true;
            await client.SendAsync("HTTP/1.1 200 Connection Established\r\n\r\n"u8.ToArray(), _stopping.Token);
            await Task.WhenAll(PumpAsync(client, server, broken), PumpAsync(server, client, broken));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or InvalidDataException)
        {
            // A connection reset on one side is reset on the other side too, not closed gracefully.
            client.Close(0);
            server.Close(0);
        }
        finally
        {
            _ownPorts.TryRemove(ownPort, out _);
            client.Dispose();
        }
    }

    /// <summary>Reads the head of a request; only its first line matters.</summary>
    private async Task<ProxiedRequest> ReceiveRequestAsync(Socket client)
    {
        var buffer = new byte[MaximumHeadLength];
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
                return Encoding.ASCII.GetString(buffer, 0, received).Split(' ', 3) is [var method, var target, _]
                    ? new ProxiedRequest(method, target)
                    : throw new InvalidDataException("The client sent an invalid request line.");
            }
        }

        throw new InvalidDataException("The client sent an incomplete request head.");
    }

    private async Task RefuseAsync(Socket client)
    {
        await client.SendAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stopping.Token);
        client.Shutdown(SocketShutdown.Send);

        // Closing a socket with unread bytes resets the connection, and the client might not see the response.
        var rest = new byte[1024];
        while (await client.ReceiveAsync(rest, _stopping.Token) > 0)
        {
        }
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
            // The other direction would wait for bytes that can no longer be forwarded.
            await broken.CancelAsync();
            throw;
        }
    }
}

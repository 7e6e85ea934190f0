using System.Net;
using System.Net.Sockets;

namespace Ecr.Emulator;

/// <summary>A server on the loopback interface that hangs: it acts as an unresponsive service, metadata service or proxy.</summary>
public sealed class SilentServer : IAsyncDisposable
{
    private const int MaximumFillers = 8;
    private static readonly byte[] StartOfResponse = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray();

    /// <summary>Far longer than a loopback connection takes, unless the system drops its packets.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromMilliseconds(500);

    private readonly HangPoint _silence;
    private readonly Socket _listener;
    private readonly List<Socket> _fillers = [];
    private readonly List<Task> _connections = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepting = Task.CompletedTask;

    private SilentServer(HangPoint silence, IPEndPoint address)
    {
        _silence = silence;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(address);
        _listener.Listen(silence is HangPoint.BeforeConnection ? 0 : 128);
        Address = new Uri($"http://{_listener.LocalEndPoint}/");
    }

    /// <summary><c>http://127.0.0.1:PORT/</c>, or the given address.</summary>
    public Uri Address { get; }

    /// <summary>
    /// Completes when the first client has connected, and fails if none does within 30s, as with <see cref="HangPoint.BeforeConnection"/>.
    /// </summary>
    public Task Connected => _connected.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <param name="silence">Where it hangs.</param>
    /// <param name="address">The address to listen on; a free port of 127.0.0.1 if omitted.</param>
    public static async Task<SilentServer> StartAsync(HangPoint silence, IPEndPoint? address = null)
    {
        var server = new SilentServer(silence, address ?? new IPEndPoint(IPAddress.Loopback, 0));
        if (silence is HangPoint.BeforeConnection)
        {
            await server.FillQueueAsync();
        }
        else
        {
            server._accepting = server.AcceptAsync();
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_connections);
        _fillers.ForEach(filler => filler.Dispose());
        _stopping.Dispose();
    }

    /// <summary>No connection is accepted, so the backlog stays full, and Linux drops the packets of further clients.</summary>
    private async Task FillQueueAsync()
    {
        while (_fillers.Count < MaximumFillers)
        {
            var filler = new Socket(_listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _fillers.Add(filler);
            using var late = new CancellationTokenSource(ConnectTime);
            try
            {
                await filler.ConnectAsync(_listener.LocalEndPoint!, late.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        await DisposeAsync();
        throw new PlatformNotSupportedException("This system completes connections beyond the backlog.");
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(HoldAsync(await _listener.AcceptAsync(_stopping.Token)));
                _connected.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The server is stopping.
        }
    }

    private async Task HoldAsync(Socket client)
    {
        using (client)
        {
            try
            {
                if (_silence is HangPoint.WithinAnswer && await client.ReceiveAsync(new byte[1024], _stopping.Token) > 0)
                {
                    await client.SendAsync(StartOfResponse, _stopping.Token);
                }

                await Task.Delay(Timeout.Infinite, _stopping.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The server is stopping, or the client disconnected.
            }
        }
    }
}

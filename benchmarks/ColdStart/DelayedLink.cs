using System.Net;
using System.Net.Sockets;
using Ecr.Emulator;

namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>
/// A link to a local server that delays everything the client sends, like a network: a response arrives one round-trip time after its request.
/// Connecting is not delayed, which a user-space program cannot change.
/// </summary>
internal sealed class DelayedLink(int serverPort, TimeSpan roundTrip) : IDisposable
{
    private readonly ConnectionListener _listener = new(new IPEndPoint(IPAddress.Loopback, 0), async client =>
    {
        using var server = new TcpClient { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, serverPort);
        await Task.WhenAny(SendLateAsync(client, server.GetStream(), roundTrip), server.GetStream().CopyToAsync(client));
    });

    public int Port => _listener.Port;

    public void Dispose() => _listener.Dispose();

    private static async Task SendLateAsync(Stream from, Stream to, TimeSpan delay)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer) is > 0 and var length)
        {
            await Task.Delay(delay);
            await to.WriteAsync(buffer.AsMemory(0, length));
        }
    }
}

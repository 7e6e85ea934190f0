using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>A SOCKS5 proxy, <see href="https://datatracker.ietf.org/doc/html/rfc1928"/>, that connects every name to one port of this machine.</summary>
internal sealed class SocksProxy : IDisposable
{
    private const byte Version = 5;
    private const byte ConnectCommand = 1;
    private const byte DomainName = 3;

    private readonly ConcurrentQueue<string> _hosts = new();
    private readonly ConnectionListener _listener;
    private readonly int _serverPort;

    /// <param name="serverPort">The port on the loopback interface.</param>
    public SocksProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener = new ConnectionListener(new IPEndPoint(IPAddress.Loopback, 0), ServeAsync);
    }

    public int Port => _listener.Port;

    /// <summary>The host and port of each request that names its host; an address for others.</summary>
    public IReadOnlyList<string> Hosts => [.. _hosts];

    public void Dispose() => _listener.Dispose();

    private static async Task<byte[]> ReadAsync(Stream stream, int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private async Task ServeAsync(Stream client)
    {
        var greeting = await ReadAsync(client, 2);
        await ReadAsync(client, greeting[1]);
        await client.WriteAsync(new byte[] { Version, 0 });

        var request = await ReadAsync(client, 5);
        if (request is not [Version, ConnectCommand, _, DomainName, var length])
        {
            _hosts.Enqueue($"address type {request[3]}");
            return;
        }

        var host = Encoding.ASCII.GetString(await ReadAsync(client, length));
        _hosts.Enqueue($"{host}:{BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(client, 2))}");
        await client.WriteAsync(new byte[] { Version, 0, 0, 1, 0, 0, 0, 0, 0, 0 });
        await ConnectionListener.ForwardAsync(client, _serverPort);
    }
}

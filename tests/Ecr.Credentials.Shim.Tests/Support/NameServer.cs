using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>A name server over UDP and TCP: <see href="https://datatracker.ietf.org/doc/html/rfc1035#section-4"/>.</summary>
internal sealed class NameServer : IDisposable
{
    private const int HeaderLength = 12;
    private const ushort IPv4Type = 1;
    private const ushort IPv6Type = 28;
    private const byte Truncated = 0x02;
    private const byte NameError = 3;

    private readonly UdpClient _socket;
    private readonly ConnectionListener _connections;
    private readonly Func<string, IPAddress[]?> _resolve;

    /// <param name="address">Where to listen.</param>
    /// <param name="addresses">The addresses of every name.</param>
    public NameServer(IPEndPoint address, params IPAddress[] addresses)
        : this(address, _ => addresses)
    {
    }

    /// <param name="address">Where to listen.</param>
    /// <param name="resolve">The addresses of a name; <see langword="null"/> if the name does not exist.</param>
    public NameServer(IPEndPoint address, Func<string, IPAddress[]?> resolve)
    {
        _resolve = resolve;
        _socket = new UdpClient(address);
        _connections = new ConnectionListener(address, ServeAsync);
        _ = ServeAsync();
    }

    /// <summary>Whether answers do not fit into a datagram, so that the question must be repeated over TCP.</summary>
    public bool IsTruncating { get; init; }

    /// <summary>The number of questions over TCP.</summary>
    public int TcpQuestions { get; private set; }

    public void Dispose()
    {
        _socket.Dispose();
        _connections.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync();
                await _socket.SendAsync(Answer(query.Buffer, IsTruncating), query.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    // Each message follows its length. A resolver asks for both kinds of address on one connection.
    private async Task ServeAsync(NetworkStream connection)
    {
        var length = new byte[2];
        while (await connection.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false) == length.Length)
        {
            var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await connection.ReadExactlyAsync(query);
            TcpQuestions++;
            var answer = Answer(query, isTruncated: false);
            await connection.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> query, bool isTruncated)
    {
        // The name ends with an empty label; type and class follow.
        var question = query[HeaderLength..(HeaderLength + query[HeaderLength..].IndexOf((byte)0) + 5)];
        var type = BinaryPrimitives.ReadUInt16BigEndian(question[^4..]);
        var addresses = _resolve(ReadName(question));
        var answers = addresses is not null && !isTruncated
            ? addresses.Where(address => type == (address.AddressFamily == AddressFamily.InterNetwork ? IPv4Type : IPv6Type)).ToList()
            : [];
        List<byte> answer =
        [
            query[0], query[1], (byte)(0x81 | (isTruncated ? Truncated : 0)), (byte)(0x80 | (addresses is null ? NameError : 0)),
            0, 1, 0, (byte)answers.Count, 0, 0, 0, 0, .. question,
        ];
        foreach (var address in answers)
        {
            // A pointer to the name, type, class, 60 s.
            var bytes = address.GetAddressBytes();
            answer.AddRange([0xc0, HeaderLength, 0, (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)bytes.Length, .. bytes]);
        }

        return [.. answer];
    }

    private static string ReadName(ReadOnlySpan<byte> question)
    {
        var labels = new List<string>();
        while (question[0] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(question[1..(question[0] + 1)]));
            question = question[(question[0] + 1)..];
        }

        return string.Join('.', labels);
    }
}

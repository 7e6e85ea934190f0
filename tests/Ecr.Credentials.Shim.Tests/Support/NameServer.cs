using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>A name server: <see href="https://datatracker.ietf.org/doc/html/rfc1035#section-4"/>.</summary>
internal sealed class NameServer : IDisposable
{
    private const int HeaderLength = 12;
    private const ushort IPv4Type = 1;
    private const ushort IPv6Type = 28;

    private readonly UdpClient _socket;
    private readonly Func<string, IPAddress[]> _resolve;

    /// <param name="address">Where to listen.</param>
    /// <param name="addresses">The addresses of every name.</param>
    public NameServer(IPEndPoint address, params IPAddress[] addresses)
        : this(address, _ => addresses)
    {
    }

    /// <param name="address">Where to listen.</param>
    /// <param name="resolve">The addresses of a name.</param>
    public NameServer(IPEndPoint address, Func<string, IPAddress[]> resolve)
    {
        _socket = new UdpClient(address);
        _resolve = resolve;
        _ = ServeAsync();
    }

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync();
                await _socket.SendAsync(Answer(query.Buffer), query.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        // The name ends with an empty label; type and class follow.
        var question = query[HeaderLength..(HeaderLength + query[HeaderLength..].IndexOf((byte)0) + 5)];
        var type = BinaryPrimitives.ReadUInt16BigEndian(question[^4..]);
        var answers = _resolve(NameOf(question)).Where(address => type == (address.AddressFamily == AddressFamily.InterNetwork ? IPv4Type : IPv6Type)).ToList();
        List<byte> answer = [query[0], query[1], 0x81, 0x80, 0, 1, 0, (byte)answers.Count, 0, 0, 0, 0, .. question];
        foreach (var address in answers)
        {
            // A pointer to the name, type, class, 60 s.
            var bytes = address.GetAddressBytes();
            answer.AddRange([0xc0, HeaderLength, 0, (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)bytes.Length, .. bytes]);
        }

        return [.. answer];
    }

    // Labels, each after its length.
    private static string NameOf(ReadOnlySpan<byte> question)
    {
        var labels = new List<string>();
        for (var i = 0; question[i] > 0; i += question[i] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(question.Slice(i + 1, question[i])));
        }

        return string.Join('.', labels);
    }
}

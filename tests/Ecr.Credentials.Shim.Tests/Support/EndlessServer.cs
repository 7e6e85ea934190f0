using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>The part of an answer that never ends.</summary>
public enum Endless
{
    /// <summary>The content of a successful answer.</summary>
    Body,

    /// <summary>The content of a successful answer, in chunks.</summary>
    Chunks,

    /// <summary>The content of an error.</summary>
    ErrorBody,

    /// <summary>One header.</summary>
    Header,

    /// <summary>The number of headers.</summary>
    Headers,
}

/// <summary>A server on the loopback interface that answers as fast as the client reads, and never ends.</summary>
internal sealed class EndlessServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Endless _part;
    private readonly Task _accepting;

    public EndlessServer(Endless part)
    {
        _part = part;
        _listener.Start();
        Address = $"http://{_listener.LocalEndpoint}/";
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        using var client = connection;
        var (start, repeated) = _part switch
        {
            Endless.Body => ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"x\":\"", Filler),
            Endless.Chunks => (
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<x>\r\n",
                $"{Filler.Length:x}\r\n{Filler}\r\n"),
            Endless.ErrorBody => ("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n", Filler),
            Endless.Header => ("HTTP/1.1 200 OK\r\nX-Endless: ", Filler),
            _ => ("HTTP/1.1 200 OK\r\n", string.Concat(Enumerable.Repeat("X-Endless: x\r\n", 1000))),
        };
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[65536];
            _ = await stream.ReadAsync(buffer, _stopping.Token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start), _stopping.Token);
            var bytes = Encoding.ASCII.GetBytes(repeated);
            while (true)
            {
                await stream.WriteAsync(bytes, _stopping.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has had enough.
        }
    }

    private static string Filler { get; } = new('x', 65536);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Hostile;

/// <summary>
/// A server on the loopback interface in front of the emulator. It passes requests on, except those of one service, which it answers with a fault.
/// </summary>
internal sealed class HostileServer : IDisposable
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private readonly ConcurrentQueue<string> _requests = new();
    private readonly HostileFault _fault;
    private readonly int _variant;
    private readonly Func<string, bool> _isSpoiled;
    private readonly Uri _emulator;
    private readonly ConnectionListener _listener;
    private int _spoiled;

    /// <param name="fault">How requests are answered.</param>
    /// <param name="variant">Which one of several answers of the fault is sent.</param>
    /// <param name="isSpoiled">Selects requests by their first line.</param>
    /// <param name="emulator">Where other requests go, and where the answer comes from that the fault spoils.</param>
    public HostileServer(HostileFault fault, int variant, Func<string, bool> isSpoiled, Uri emulator)
    {
        _fault = fault;
        _variant = variant;
        _isSpoiled = isSpoiled;
        _emulator = emulator;
        _listener = new ConnectionListener(new IPEndPoint(IPAddress.Loopback, 0), ServeAsync);
    }

    /// <summary>Without a slash at the end.</summary>
    public string Address => $"http://127.0.0.1:{_listener.Port}";

    /// <summary>All requests so far, with their contents.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>The number of requests that were answered with the fault.</summary>
    public int Spoiled => _spoiled;

    /// <summary>The number of answers that the fault has for this service, after the first request.</summary>
    public int Variants { get; private set; } = 1;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(NetworkStream stream)
    {
        while (await ReadAsync(stream) is { } request)
        {
            _requests.Enqueue(request);
            var isSpoiled = _isSpoiled(request[..request.IndexOf('\r', StringComparison.Ordinal)]);
            var good = request.StartsWith("CONNECT", StringComparison.Ordinal)
                ? new HostileAnswer(200, "text/plain", "connected"u8.ToArray())
                : await ForwardAsync(request);
            var connection = new HostileConnection(stream, request, good, _variant);
            if (isSpoiled)
            {
                Interlocked.Increment(ref _spoiled);
                try
                {
                    await _fault.AnswerAsync!(connection);
                }
                finally
                {
                    Variants = connection.Variants;
                }

                return;
            }

            await connection.AnswerAsync($"{good.StatusCode} -", $"Content-Type: {good.ContentType}\r\n", good.Body);
        }
    }

    /// <summary>A request with its content, one character for each byte; null at the end of the connection.</summary>
    private static async Task<string?> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[65536];
        while (true)
        {
            var request = text.ToString();
            var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && text.Length >= end + 4 + ContentLength(request[..end]))
            {
                return request;
            }

            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                return null;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    private static int ContentLength(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line["Content-Length:".Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<HostileAnswer> ForwardAsync(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = text[..end].Split("\r\n");
        var start = lines[0].Split(' ');
        using var request = new HttpRequestMessage(new HttpMethod(start[0]), new Uri(_emulator, start[1]));
        if (request.Method != HttpMethod.Get)
        {
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(text[(end + 4)..]));
        }

        foreach (var line in lines[1..])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (!request.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim()))
            {
                request.Content?.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim());
            }
        }

        using var response = await Client.SendAsync(request);
        return new HostileAnswer(
            (int)response.StatusCode,
            response.Content.Headers.ContentType is MediaTypeHeaderValue type ? type.ToString() : "text/plain",
            await response.Content.ReadAsByteArrayAsync());
    }
}

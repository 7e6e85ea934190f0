using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Shim.Tests.Hostile;

/// <summary>One request that a <see cref="HostileServer"/> has read, and the bytes that it sends instead of an answer.</summary>
/// <param name="stream">The connection.</param>
/// <param name="request">The request, with its content.</param>
/// <param name="good">What a working service answers.</param>
/// <param name="variant">Which one of several answers of the fault to send.</param>
internal sealed class HostileConnection(NetworkStream stream, string request, HostileAnswer good, int variant)
{
    private static readonly TimeSpan DripInterval = TimeSpan.FromMilliseconds(20);

    public string Request { get; } = request;

    public HostileAnswer Good { get; } = good;

    /// <summary>The number of answers that the fault has for this request.</summary>
    public int Variants { get; private set; } = 1;

    /// <summary>The status line and the type of the good answer.</summary>
    public string Head => $"HTTP/1.1 200 OK\r\nContent-Type: {Good.ContentType}\r\n";

    /// <summary>Sends text, one byte for each character.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public Task SendAsync(byte[] bytes) => stream.WriteAsync(bytes).AsTask();

    /// <summary>Sends a whole answer.</summary>
    /// <param name="status">The status code and reason.</param>
    /// <param name="headers">Further headers, each with its line break.</param>
    /// <param name="body">The content.</param>
    public async Task AnswerAsync(string status, string headers, byte[] body)
    {
        await SendAsync($"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\n\r\n");
        await SendAsync(body);
    }

    public Task AnswerAsync(string status, string headers, string body) => AnswerAsync(status, headers, Encoding.UTF8.GetBytes(body));

    /// <summary>Sends a whole answer with another document.</summary>
    public Task AnswerAsync(byte[] body) => AnswerAsync("200 OK", $"Content-Type: {Good.ContentType}\r\n", body);

    public Task AnswerAsync(string body) => AnswerAsync(Encoding.UTF8.GetBytes(body));

    /// <summary>Sends one of several documents.</summary>
    public Task AnswerVariantAsync(IReadOnlyList<byte[]> bodies)
    {
        Variants = bodies.Count;
        return AnswerAsync(bodies[variant]);
    }

    /// <summary>Sends an error in the form of every protocol of AWS: JSON or XML, and headers.</summary>
    /// <param name="status">The status code and reason.</param>
    /// <param name="code">The error's code.</param>
    /// <param name="message">The error's message.</param>
    /// <param name="requestId">The id of the request.</param>
    /// <param name="headers">Further headers, each with its line break.</param>
    public Task SendErrorAsync(string status, HostileText code, HostileText message, HostileText requestId, string headers = "")
    {
        var body = Good.IsXml
            ? $"<ErrorResponse><Error><Type>Sender</Type><Code>{code.Xml}</Code><Message>{message.Xml}</Message></Error>"
                + $"<RequestId>{requestId.Xml}</RequestId></ErrorResponse>"
            : $$"""{"__type":{{code.Json}},"code":{{code.Json}},"error":{{code.Json}},"message":{{message.Json}},"error_description":{{message.Json}}}""";
        return AnswerAsync(
            status, $"Content-Type: {Good.ContentType}\r\nx-amzn-ErrorType: {code.Header}\r\nx-amzn-RequestId: {requestId.Header}\r\n{headers}", body);
    }

    /// <summary>Sends one of several errors.</summary>
    public Task SendErrorVariantAsync(IReadOnlyList<(HostileText Code, HostileText Message, HostileText RequestId)> errors)
    {
        Variants = errors.Count;
        var (code, message, requestId) = errors[variant];
        return SendErrorAsync("400 Bad Request", code, message, requestId);
    }

    /// <summary>Repeats text until the client has had enough.</summary>
    public async Task RepeatAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(text, 1 + (65536 / text.Length))));
        while (true)
        {
            await SendAsync(bytes);
        }
    }

    /// <summary>Repeats text slowly until the client has had enough.</summary>
    public async Task DripAsync(string text)
    {
        for (var i = 0; ; i = (i + 1) % text.Length)
        {
            await SendAsync([(byte)text[i]]);
            await Task.Delay(DripInterval);
        }
    }

    /// <summary>Stays silent until the client gives up.</summary>
    public async Task StaySilentAsync() => _ = await stream.ReadAsync(new byte[1]);

    /// <summary>Breaks the connection off instead of closing it.</summary>
    public Task ResetAsync()
    {
        stream.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        return Task.CompletedTask;
    }
}

/// <summary>Text of an error in each syntax.</summary>
/// <param name="Json">As a JSON token.</param>
/// <param name="Xml">As the content of an XML element.</param>
/// <param name="Header">As the value of a header, one byte for each character.</param>
internal sealed record HostileText(string Json, string Xml, string Header)
{
    public static implicit operator HostileText(string text) =>
        new(JsonSerializer.Serialize(text), new System.Xml.Linq.XText(text).ToString(), text.ReplaceLineEndings(" "));

    public static HostileText From(HostileValue value, string original) => new(
        value.Json(original), value.Xml(original), Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value.Plain(original).ReplaceLineEndings(" "))));
}

using System.IO.Compression;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Hostile;

/// <summary>How a call ends.</summary>
internal enum HostileOutcome
{
    /// <summary>No credential, one line.</summary>
    Failure,

    /// <summary>The right credential.</summary>
    Credential,

    /// <summary>The right credential, or none and one line: it depends on the service.</summary>
    Either,
}

/// <summary>An answer that a broken or hostile server may send.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="AnswerAsync">Answers one request; the connection is closed afterwards. <see langword="null"/> for a server that refuses connections.</param>
internal sealed record HostileFault(string Name, Func<HostileConnection, Task>? AnswerAsync)
{
    private const string Html = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please accept the terms of this network.</body></html>";

    /// <summary>Where redirects lead.</summary>
    public const string Elsewhere = "elsewhere.invalid";

    internal static IReadOnlyList<HostileFault> All { get; } =
        [.. Connections(), .. Headers(), .. Lengths(), .. Answers(), .. Errors(), .. Documents(), .. Fields()];

    /// <summary>What services have this fault.</summary>
    internal HostileFormats Formats { get; private init; } = HostileFormats.All;

    internal HostileOutcome Outcome { get; private init; }

    /// <summary>Whether only the deadline ends the call.</summary>
    internal bool IsEndless { get; private init; }

    /// <summary>The number of attempts that the call has.</summary>
    internal int Attempts { get; private init; } = 1;

    public override string ToString() => Name;

    private static IEnumerable<HostileFault> Connections() =>
    [
        new("connection refused", null),
        new("closed before an answer", _ => Task.CompletedTask),
        new("reset before an answer", server => server.ResetAsync()),
        new("reset in the status line", server => SendAndResetAsync(server, "HTTP/1.1 2")),
        new("reset in the headers", server => SendAndResetAsync(server, "HTTP/1.1 200 OK\r\nContent-Type: appl")),
        new("closed in the headers", server => server.SendAsync(server.Head)),
        new("reset in the body", server => SendAndResetAsync(server, $"{server.Head}Content-Length: 1000\r\n\r\n{{")) { Formats = HostileFormats.Content },
        new("closed in the body", server => server.SendAsync($"{server.Head}Content-Length: 1000\r\n\r\n{{")) { Formats = HostileFormats.Content },
        new("silence", server => server.StaySilentAsync()) { IsEndless = true },
        new("silence in the headers", async server =>
        {
            await server.SendAsync(server.Head);
            await server.StaySilentAsync();
        }) { IsEndless = true },
        new("slow headers", server => server.DripAsync("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("x: x\r\n", 9999)))) { IsEndless = true },
        new("slow body", async server =>
        {
            await server.SendAsync($"{server.Head}Content-Length: 100000\r\n\r\n");
            await server.DripAsync(" ");
        }) { IsEndless = true, Formats = HostileFormats.Content },
        new("TLS alert", server => server.SendAsync("\u0015\u0003\u0003\0\u0002\u0002\u0028")),
        new("SSH banner", server => server.SendAsync("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
        new("HTTP/2 frames", server => server.SendAsync("\0\0\u0012\u0004\0\0\0\0\0\0\u0003\0\0\0\u0080\0\u0004\0\u0001\0\0\0\u0005\0\u00ff\u00ff\u00ff")),
        new("random bytes", server => server.SendAsync(RandomText())),
    ];

    private static IEnumerable<HostileFault> Headers() =>
    [
        new("endless header", async server =>
        {
            await server.SendAsync("HTTP/1.1 200 OK\r\nX-Endless: ");
            await server.RepeatAsync("x");
        }),
        new("endless headers", async server =>
        {
            await server.SendAsync("HTTP/1.1 200 OK\r\n");
            await server.RepeatAsync("X-Endless: x\r\n");
        }),
        new("endless status line", async server =>
        {
            await server.SendAsync("HTTP/1.1 200 ");
            await server.RepeatAsync("x");
        }),
        new("flood of 100 Continue", server => server.RepeatAsync("HTTP/1.1 100 Continue\r\n\r\n")) { IsEndless = true },
        new("flood of 103 Early Hints", server => server.RepeatAsync("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")) { IsEndless = true },
        new("100 Continue before the answer", async server =>
        {
            await server.SendAsync(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100)));
            await server.AnswerAsync(server.Good.Body);
        }) { Outcome = HostileOutcome.Credential, Formats = HostileFormats.Content },
        new("101 Switching Protocols", server => server.AnswerAsync("101 Switching Protocols", "Upgrade: x\r\nConnection: Upgrade\r\n", "")),
        new("status 000", server => server.AnswerAsync("000 x", "", "")),
        new("status 999", server => server.AnswerAsync("999 x", "", "")),
        new("status of letters", server => server.AnswerAsync("abc", "", "")),
        new("HTTP/9.9", server => server.SendAsync("HTTP/9.9 200 OK\r\n\r\n")),
        new("header without a colon", server => server.SendAsync("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")) { Formats = HostileFormats.Content },
        new("header name with spaces", server => server.SendAsync("HTTP/1.1 200 OK\r\nno name : x\r\n\r\n")) { Formats = HostileFormats.Content },
        new("control characters in headers", server => server.SendAsync(
            "HTTP/1.1 403 \u001b[2J\r\nX-\u0001: \u001b[2J\0\u0007\r\nServer: \u001b]0;x\u0007\r\n\r\n")),
        new("other alphabets in headers", server => server.AnswerAsync("403 \u00e9\u00ff", "X: \u00e9\u00ff\u0080\r\nServer: \u00e2\u0080\u00ae\r\n", "")),
        new("folded headers", server => server.SendAsync("HTTP/1.1 200 OK\r\nX: x\r\n x-injected: 1\r\n\tx\r\n\r\n")) { Formats = HostileFormats.Content },
        .. from time in (string[])["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "yesterday", "-1"]
            select new HostileFault($"clock of {time}", server => server.SendErrorAsync(
                "403 Forbidden", "RequestExpired", "Signature expired", "1", $"Date: {time}\r\n")) { Attempts = 2, Formats = HostileFormats.Content },
    ];

    private static IEnumerable<HostileFault> Lengths() =>
        from fault in (IEnumerable<HostileFault>)
        [
            new("endless body", async server =>
            {
                await server.SendAsync($"{server.Head}\r\n{{\"x\":\"");
                await server.RepeatAsync("x");
            }),
            new("endless chunks", async server =>
            {
                await server.SendAsync($"{server.Head}Transfer-Encoding: chunked\r\n\r\n");
                await server.RepeatAsync("4\r\n<xx>\r\n");
            }),
            new("endless chunk extension", async server =>
            {
                await server.SendAsync($"{server.Head}Transfer-Encoding: chunked\r\n\r\n1;");
                await server.RepeatAsync("x");
            }),
            new("endless trailers", async server =>
            {
                await server.SendAsync($"{server.Head}Transfer-Encoding: chunked\r\n\r\n0\r\n");
                await server.RepeatAsync("X-Endless: x\r\n");
            }),
            new("endless error", async server =>
            {
                await server.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n");
                await server.RepeatAsync("x");
            }),
            new("Content-Length too short", async server =>
            {
                await server.SendAsync($"{server.Head}Content-Length: {server.Good.Body.Length / 2}\r\n\r\n");
                await server.SendAsync(server.Good.Body);
            }),
            new("Content-Length too long", async server =>
            {
                await server.SendAsync($"{server.Head}Content-Length: {server.Good.Body.Length + 1}\r\n\r\n");
                await server.SendAsync(server.Good.Body);
                await server.StaySilentAsync();
            }) { IsEndless = true },
            .. from length in (string[])["-1", "1e3", "99999999999999999999", "9223372036854775807", "0x10", "5, 7"]
                select new HostileFault($"Content-Length {length}", async server =>
                {
                    await server.SendAsync($"{server.Head}Content-Length: {length}\r\n\r\n");
                    await server.SendAsync(server.Good.Body);
                }) { Outcome = HostileOutcome.Either },
            new("two lengths", async server =>
            {
                await server.SendAsync($"{server.Head}Content-Length: 1\r\nContent-Length: {server.Good.Body.Length}\r\n\r\n");
                await server.SendAsync(server.Good.Body);
            }) { Outcome = HostileOutcome.Either },
            .. from chunk in (string[])["zz", "-1", "ffffffffffffffffff", "7fffffffffffffff", "", "1\r\n{x"]
                select new HostileFault($"chunk {chunk.ReplaceLineEndings(" ")}", server => server.SendAsync(
                    $"{server.Head}Transfer-Encoding: chunked\r\n\r\n{chunk}\r\n{{\r\n0\r\n\r\n")),
            new("unknown Transfer-Encoding", async server =>
            {
                await server.SendAsync($"{server.Head}Transfer-Encoding: rot13\r\n\r\n");
                await server.SendAsync(server.Good.Body);
            }) { Outcome = HostileOutcome.Either },
        ]
        select fault with { Formats = HostileFormats.Content };

    private static IEnumerable<HostileFault> Answers() =>
    [
        .. from status in (string[])["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
            select new HostileFault($"redirect {status}", server => server.AnswerAsync(status, $"Location: http://{Elsewhere}/\r\n", "")),
        new("redirect to itself", server => server.AnswerAsync("307 Temporary Redirect", "Location: http://127.0.0.1/\r\n", "")),
        new("redirect to a file", server => server.AnswerAsync("307 Temporary Redirect", "Location: file:///etc/passwd\r\n", "")),
        new("redirect to nowhere", server => server.AnswerAsync("307 Temporary Redirect", "Location: \u001b[2J\u00e9//\r\n", "")),
        new("300 Multiple Choices", server => server.AnswerAsync("300 Multiple Choices", "", "")),
        new("304 Not Modified", server => server.SendAsync("HTTP/1.1 304 Not Modified\r\n\r\n")),
        new("captive portal", server => server.AnswerAsync("200 OK", "Content-Type: text/html\r\n", Html)) { Formats = HostileFormats.Content },
        .. from status in (string[])
            ["401 Unauthorized", "403 Forbidden", "404 Not Found", "407 Proxy Authentication Required", "511 Network Authentication Required"]
            select new HostileFault($"captive portal {status}", server => server.AnswerAsync(status, "Content-Type: text/html\r\n", Html)),
        .. from status in (string[])["200 OK", "400 Bad Request", "403 Forbidden", "500 Internal Server Error"]
            select new HostileFault($"empty {status}", server => server.AnswerAsync(status, $"Content-Type: {server.Good.ContentType}\r\n", ""))
            {
                Formats = HostileFormats.Content,
            },
        new("204 No Content", server => server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n")) { Formats = HostileFormats.Content },
        .. from encoding in (string[])["gzip", "deflate", "br"]
            select new HostileFault($"compressed with {encoding}", server => server.AnswerAsync(
                "200 OK", $"Content-Type: {server.Good.ContentType}\r\nContent-Encoding: {encoding}\r\n", Compress(encoding, server.Good.Body)))
            {
                Formats = HostileFormats.Content,
            },
        new("another type", server => server.AnswerAsync("200 OK", "Content-Type: image/png\r\n", server.Good.Body))
        {
            Outcome = HostileOutcome.Either, Formats = HostileFormats.Content,
        },
    ];

    private static IEnumerable<HostileFault> Errors() =>
    [
        .. from status in (string[])["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"]
            select new HostileFault($"storm of {status}", server => server.AnswerAsync(status, "Retry-After: 99999999999\r\n", Html)) { Attempts = 2 },
        new("storm of 429", server => server.AnswerAsync("429 Too Many Requests", "Retry-After: -1\r\n", "")) { Attempts = 2 },
        .. from code in (string[])["ThrottlingException", "Throttling", "InternalFailure", "AccessDeniedException", "ExpiredToken", "InvalidIdentityToken", "x"]
            select Error($"error {code}", server => server.SendErrorAsync("400 Bad Request", code, "No.", "1")),
        Error("error that repeats the request", server => server.SendErrorVariantAsync(
            [("AccessDeniedException", server.Request, "1"), ("InvalidIdentityToken", server.Request, "1"), ("x", server.Request, "1")])),
        .. from value in HostileValue.Texts
            select Error($"error with {value}", server => server.SendErrorVariantAsync(
            [
                (HostileText.From(value, "AccessDeniedException"), "No.", "1"),
                ("AccessDeniedException", HostileText.From(value, "No."), "1"),
                ("x", HostileText.From(value, "No."), "1"),
                ("x", "No.", HostileText.From(value, "1")),
            ])),
        Error("error with values of other types", server => server.AnswerAsync(
            "400 Bad Request",
            $"Content-Type: {server.Good.ContentType}\r\n",
            server.Good.IsXml
                ? "<ErrorResponse><Error><Code><x/></Code></Error></ErrorResponse>"
                : """{"__type":[1],"code":{},"Code":1e400,"error":true,"message":{"x":[]},"Message":null}""")),
        Error("deep error", server => server.AnswerAsync("400 Bad Request", $"Content-Type: {server.Good.ContentType}\r\n", Deep(server, 15_000))),
        Error("success with an error in it", server => server.SendErrorAsync("200 OK", "AccessDeniedException", "No.", "1")),
    ];

    private static IEnumerable<HostileFault> Documents() =>
        from fault in (IEnumerable<HostileFault>)
        [
            new("half of the document", server => server.AnswerAsync(server.Good.Body[..(server.Good.Body.Length / 2)])),
            new("2 MiB", server => server.AnswerAsync([.. server.Good.Body, .. Encoding.ASCII.GetBytes(new string(' ', 2 << 20))])),
            new("deep document", server => server.AnswerAsync(Deep(server, 15_000))),
            new("very deep document", server => server.AnswerAsync(Deep(server, 250_000))),
            new("entities", server => server.AnswerAsync(
                "<!DOCTYPE x [<!ENTITY a \"xxxxxxxxxx\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
                    + "<!ENTITY d SYSTEM \"file:///etc/passwd\">]><x>&c;&c;&c;&c;&d;</x>")),
            new("two documents", server => server.AnswerAsync([.. server.Good.Body, .. server.Good.Body])) { Outcome = HostileOutcome.Either },
            new("UTF-16", server => server.AnswerAsync(
                [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(server.Good.Body))]))
            {
                Outcome = HostileOutcome.Either,
            },
            new("invalid UTF-8", server => server.AnswerAsync([.. server.Good.Body[..^5], 0xff, 0xed, 0xa0, 0x80, .. server.Good.Body[^5..]]))
            {
                Outcome = HostileOutcome.Either,
            },
            new("random bytes in the body", server => server.AnswerAsync(Encoding.Latin1.GetBytes(RandomText()))),
            .. from root in (string[])["{}", "[]", "[{}]", "null", "true", "1e999", "\"x\"", "<x/>", "<x xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"/>"]
                select new HostileFault($"document {root}", server => server.AnswerAsync(root)),
        ]
        select fault with { Formats = HostileFormats.Content };

    private static IEnumerable<HostileFault> Fields() =>
    [
        .. from value in HostileValue.Texts
            select new HostileFault($"values with {value}", server => server.AnswerVariantAsync(server.Good.Spoil(value)))
            {
                Outcome = HostileOutcome.Either, Formats = HostileFormats.Content,
            },
        .. from value in HostileValue.Types
            select new HostileFault($"{value} instead of values", server => server.AnswerVariantAsync(server.Good.Spoil(value)))
            {
                Outcome = HostileOutcome.Either, Formats = HostileFormats.Document,
            },
        .. from value in HostileValue.Times
            select new HostileFault($"time {value}", server => server.AnswerVariantAsync(server.Good.Spoil(value, IsTime)))
            {
                Outcome = HostileOutcome.Either, Formats = HostileFormats.Document,
            },
    ];

    private static HostileFault Error(string name, Func<HostileConnection, Task> answerAsync) => new(name, answerAsync) { Formats = HostileFormats.Content };

    private static bool IsTime(string name) => name.Contains("expir", StringComparison.OrdinalIgnoreCase) || name == "LastUpdated";

    private static async Task SendAndResetAsync(HostileConnection server, string text)
    {
        await server.SendAsync(text);
        await server.ResetAsync();
    }

    private static string Deep(HostileConnection server, int depth) =>
        string.Concat(Enumerable.Repeat(server.Good.IsXml ? "<x>" : "[", depth)) + string.Concat(Enumerable.Repeat(server.Good.IsXml ? "</x>" : "]", depth));

    private static byte[] Compress(string encoding, byte[] content)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            stream.Write(content);
        }

        return compressed.ToArray();
    }

    private static string RandomText()
    {
        var bytes = new byte[5000];
        new Random(1).NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}

using System.Buffers;
using System.Text;

namespace Ecr.Credentials.Matching;

/// <summary>
/// A pattern or an image as the kubelet sees it: parsed as a URL with <c>https://</c> prepended, percent-escapes decoded, host and port split.
/// </summary>
/// <remarks>
/// The kubelet compares bytes, and escapes can produce bytes that are not valid UTF-8. Each <see cref="char"/> of <see cref="Host"/> and
/// <see cref="Path"/> therefore holds one byte of UTF-8 (0 to 255). ASCII text without escapes, which nearly all images are, is its own decoded form.
/// The rules are those of Go 1.26, https://pkg.go.dev/net/url#Parse and https://pkg.go.dev/net#SplitHostPort.
/// </remarks>
internal readonly ref struct SchemelessUrl
{
    /// <summary>A buffer of this length holds the decoded form of any text of 4,096 characters.</summary>
    public const int StackBufferLength = 3 * 4096;

    // The ASCII characters that Go allows unescaped in a host. All bytes from 0x80 on are allowed too.
    private const string HostAlphabet =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~!$&'()*+,;=<>\"";

    private const string ControlAlphabet =
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000e\u000f" +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f";

    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(ControlAlphabet);

    private static readonly SearchValues<char> UserinfoCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:~!$&'()*+,;=%@");

    // The "InRange" search methods are avoided: they box their bounds until the JIT has optimized them.
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(HostAlphabet + ":[]");

    private static readonly SearchValues<char> PlainHostCharacters = SearchValues.Create(HostAlphabet);

    private static readonly SearchValues<char> PlainPathCharacters =
        SearchValues.Create(HostAlphabet + "/:@[] \\^`{|}");

    private SchemelessUrl(ReadOnlySpan<char> host, ReadOnlySpan<char> port, ReadOnlySpan<char> path)
    {
        Host = host;
        Port = port;
        Path = path;
    }

    private enum Part
    {
        Userinfo,
        Host,
        Zone,
        Path,
        Fragment,
    }

    /// <summary>The host. As in the kubelet, the brackets of an IPv6 address are removed only if a colon follows them.</summary>
    public ReadOnlySpan<char> Host { get; }

    /// <summary>The digits of the port; empty if there is no port.</summary>
    public ReadOnlySpan<char> Port { get; }

    /// <summary>The path with its leading slash; empty if there is no path.</summary>
    public ReadOnlySpan<char> Path { get; }

    /// <summary>
    /// Splits <c>host[:port][/path]</c> if host and port are plain: valid, with nothing to decode. <paramref name="rest"/> is the text from the first
    /// slash on; check it with <see cref="IsPlainPath"/>.
    /// </summary>
    /// <returns>False if the text must be parsed with <see cref="TryParse"/>; it may still be valid.</returns>
    public static bool TrySplitPlain(
        ReadOnlySpan<char> text, out ReadOnlySpan<char> host, out ReadOnlySpan<char> port, out ReadOnlySpan<char> rest)
    {
        var hostLength = text.IndexOfAnyExcept(PlainHostCharacters);
        if (hostLength < 0)
        {
            host = text;
            port = rest = default;
            return true;
        }

        host = text[..hostLength];
        rest = text[hostLength..];
        port = default;
        if (rest[0] == ':')
        {
            rest = rest[1..];
            var portLength = rest.IndexOfAnyExcept(Digits);
            portLength = portLength < 0 ? rest.Length : portLength;
            port = rest[..portLength];
            rest = rest[portLength..];
        }

        return rest.IsEmpty || rest[0] == '/';
    }

    /// <summary>Whether a path contains nothing to decode, cut off or reject.</summary>
    public static bool IsPlainPath(ReadOnlySpan<char> path) => !path.ContainsAnyExcept(PlainPathCharacters);

    /// <summary>Whether both <see cref="TrySplitPlain"/> and <see cref="IsPlainPath"/> accept a text.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) =>
        TrySplitPlain(text, out _, out _, out var rest) && IsPlainPath(rest);

    /// <summary>Whether two ports are the same text. Nearly always both are empty, which needs no call of SequenceEqual.</summary>
    public static bool IsSamePort(ReadOnlySpan<char> port, string other) =>
        port.Length == other.Length && (port.IsEmpty || port.SequenceEqual(other));

    /// <summary>Returns the buffer length that fits the decoded form of any text of the given length.</summary>
    public static int MaxDecodedLength(int length) => checked(length * 3);

    /// <summary>Parses any text. The parts of <paramref name="url"/> are slices of <paramref name="buffer"/> or of the text.</summary>
    /// <param name="text">The text. A lone surrogate is treated as U+FFFD.</param>
    /// <param name="buffer">At least <see cref="MaxDecodedLength"/> characters.</param>
    /// <param name="url">The parts.</param>
    /// <param name="fault">What is wrong if the text is not valid.</param>
    /// <param name="position">The position of the error in the text.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, Span<char> buffer, out SchemelessUrl url, out UrlError fault, out int position)
    {
        url = default;
        var fragmentStart = text.IndexOf('#');
        var fragment = fragmentStart < 0 ? default : text[(fragmentStart + 1)..];
        text = fragmentStart < 0 ? text : text[..fragmentStart];

        position = text.IndexOfAny(ControlCharacters);
        if (position >= 0)
        {
            fault = UrlError.ControlCharacter;
            return false;
        }

        var queryStart = text.IndexOf('?');
        text = queryStart < 0 ? text : text[..queryStart];

        var pathStart = text.IndexOf('/');
        pathStart = pathStart < 0 ? text.Length : pathStart;
        var authority = text[..pathStart];
        var hostStart = authority.LastIndexOf('@') + 1;

        if (!TryParseHost(authority[hostStart..], buffer, out url, out var decodedLength, out fault, out position))
        {
            position += hostStart;
            return false;
        }

        buffer = buffer[decodedLength..];
        if (hostStart > 0 && !TryParseUserinfo(authority[..(hostStart - 1)], buffer, out fault, out position))
        {
            return false;
        }

        if (!TryDecode(text[pathStart..], Part.Path, buffer, out var pathLength, out fault, out position))
        {
            position += pathStart;
            return false;
        }

        url = new SchemelessUrl(url.Host, url.Port, buffer[..pathLength]);

        // The fragment is not used, but an invalid escape in it makes the whole text invalid.
        if (!TryDecode(fragment, Part.Fragment, buffer[pathLength..], out _, out fault, out position))
        {
            position += fragmentStart + 1;
            return false;
        }

        return true;
    }

    private static bool TryParseUserinfo(ReadOnlySpan<char> userinfo, Span<char> buffer, out UrlError fault, out int position)
    {
        position = userinfo.IndexOfAnyExcept(UserinfoCharacters);
        var isValid = position < 0 && TryDecode(userinfo, Part.Userinfo, buffer, out _, out _, out position);
        fault = isValid ? UrlError.None : UrlError.UserinfoCharacter;
        return isValid;
    }

    private static bool TryParseHost(
        ReadOnlySpan<char> hostAndPort,
        Span<char> buffer,
        out SchemelessUrl url,
        out int decodedLength,
        out UrlError fault,
        out int position)
    {
        var openBracket = hostAndPort.LastIndexOf('[');
        if (openBracket == 0)
        {
            return TryParseIPLiteral(hostAndPort, buffer, out url, out decodedLength, out fault, out position);
        }

        if (openBracket > 0)
        {
            url = default;
            decodedLength = 0;
            fault = UrlError.BracketInsideHost;
            position = openBracket;
            return false;
        }

        return TryParseName(hostAndPort, buffer, out url, out decodedLength, out fault, out position);
    }

    private static bool TryParseName(
        ReadOnlySpan<char> hostAndPort,
        Span<char> buffer,
        out SchemelessUrl url,
        out int decodedLength,
        out UrlError fault,
        out int position)
    {
        url = default;
        decodedLength = 0;

        var colon = hostAndPort.IndexOf(':');
        if (colon >= 0 && hostAndPort[(colon + 1)..].ContainsAnyExcept(Digits))
        {
            fault = UrlError.Port;
            position = colon + 1;
            return false;
        }

        // net.SplitHostPort finds no port after a host with a stray ']'; the colon and the digits then belong to the last label.
        var hasPort = colon >= 0 && !hostAndPort.Contains(']');
        var host = hasPort ? hostAndPort[..colon] : hostAndPort;
        if (!TryDecode(host, Part.Host, buffer, out decodedLength, out fault, out position))
        {
            return false;
        }

        url = new SchemelessUrl(buffer[..decodedLength], hasPort ? hostAndPort[(colon + 1)..] : default, default);
        return true;
    }

    // "[address]", "[address]:" or "[address]:port", where the address may end in "%25zone" (RFC 6874).
    private static bool TryParseIPLiteral(
        ReadOnlySpan<char> hostAndPort,
        Span<char> buffer,
        out SchemelessUrl url,
        out int decodedLength,
        out UrlError fault,
        out int position)
    {
        url = default;
        decodedLength = 0;

        var closeBracket = hostAndPort.LastIndexOf(']');
        if (closeBracket < 0)
        {
            fault = UrlError.BracketNotClosed;
            position = 0;
            return false;
        }

        var colonAndPort = hostAndPort[(closeBracket + 1)..];
        if (!colonAndPort.IsEmpty && (colonAndPort[0] != ':' || colonAndPort[1..].ContainsAnyExcept(Digits)))
        {
            fault = UrlError.Port;
            position = closeBracket + 1;
            return false;
        }

        var literal = hostAndPort[1..closeBracket];
        var zoneStart = literal.IndexOf("%25");
        var address = zoneStart < 0 ? literal : literal[..zoneStart];
        var zone = zoneStart < 0 ? default : literal[zoneStart..];
        if (!IPv6Syntax.IsValid(address) || zone.SequenceEqual("%25"))
        {
            fault = UrlError.NotAnIPv6Address;
            position = 1;
            return false;
        }

        buffer[0] = '[';
        address.CopyTo(buffer[1..]);
        if (!TryDecode(zone, Part.Zone, buffer[(1 + address.Length)..], out var zoneLength, out fault, out position))
        {
            position += 1 + address.Length;
            return false;
        }

        var literalEnd = 1 + address.Length + zoneLength;
        buffer[literalEnd] = ']';
        colonAndPort.CopyTo(buffer[(literalEnd + 1)..]);
        decodedLength = literalEnd + 1 + colonAndPort.Length;

        // net.SplitHostPort removes the brackets only if a colon follows, and fails if the zone contains brackets.
        ReadOnlySpan<char> decodedLiteral = buffer[1..literalEnd];
        url = colonAndPort.IsEmpty || decodedLiteral.ContainsAny('[', ']')
            ? new SchemelessUrl(buffer[..decodedLength], default, default)
            : new SchemelessUrl(decodedLiteral, colonAndPort[1..], default);
        return true;
    }

    private static bool TryDecode(
        ReadOnlySpan<char> text, Part part, Span<char> decoded, out int decodedLength, out UrlError fault, out int position)
    {
        decodedLength = 0;
        position = 0;
        Span<byte> utf8 = stackalloc byte[4];
        while (position < text.Length)
        {
            var c = text[position];
            if (c == '%')
            {
                if (!TryReadEscape(text[position..], out var value))
                {
                    fault = UrlError.Escape;
                    return false;
                }

                if (!MayBeEscaped(value, part))
                {
                    fault = UrlError.HostEscape;
                    return false;
                }

                decoded[decodedLength++] = value;
                position += 3;
            }
            else if (char.IsAscii(c))
            {
                if (part is Part.Host or Part.Zone && !HostCharacters.Contains(c))
                {
                    fault = UrlError.HostCharacter;
                    return false;
                }

                decoded[decodedLength++] = c;
                position++;
            }
            else
            {
                // Rune decodes a lone surrogate to U+FFFD.
                _ = Rune.DecodeFromUtf16(text[position..], out var rune, out var charsConsumed);
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    decoded[decodedLength++] = (char)b;
                }

                position += charsConsumed;
            }
        }

        fault = UrlError.None;
        return true;
    }

    private static bool TryReadEscape(ReadOnlySpan<char> text, out char value)
    {
        if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
        {
            value = default;
            return false;
        }

        value = (char)((HexValue(text[1]) << 4) | HexValue(text[2]));
        return true;
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool MayBeEscaped(char value, Part part) => part switch
    {
        Part.Host => value is '%' or >= '\u0080',
        Part.Zone => value is '%' or ' ' || HostCharacters.Contains(value),
        _ => true,
    };
}

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>Parses text that begins with <c>https://</c> like <c>net/url</c> in Go 1.26, https://pkg.go.dev/net/url#Parse.</summary>
internal sealed class GoUrl
{
    private const string Scheme = "https:";

    private GoUrl(string host, string path)
    {
        Host = host;
        Path = path;
    }

    private enum Encoding
    {
        Path,
        Host,
        Zone,
        UserPassword,
        Fragment,
    }

    public string Host { get; }

    public string Path { get; }

    public static bool TryParse(string rawUrl, [NotNullWhen(true)] out GoUrl? url)
    {
        (var beforeFragment, var fragment) = Cut(rawUrl, '#');
        return TryParseWithoutFragment(beforeFragment, out url) && TryUnescape(fragment, Encoding.Fragment, out _);
    }

    private static bool TryParseWithoutFragment(string rawUrl, [NotNullWhen(true)] out GoUrl? url)
    {
        url = null;
        foreach (var b in rawUrl)
        {
            if (b is < ' ' or '\x7f')
            {
                return false;
            }
        }

        (var rest, _) = Cut(rawUrl[Scheme.Length..], '?');
        var authority = rest[2..];
        var escapedPath = "";
        var slash = authority.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            (authority, escapedPath) = (authority[..slash], authority[slash..]);
        }

        if (!TryParseAuthority(authority, out var host) || !TryUnescape(escapedPath, Encoding.Path, out var path))
        {
            return false;
        }

        url = new GoUrl(host, path);
        return true;
    }

    private static bool TryParseAuthority(string authority, out string host)
    {
        var at = authority.LastIndexOf('@');
        if (at < 0)
        {
            return TryParseHost(authority, out host);
        }

        if (!TryParseHost(authority[(at + 1)..], out host))
        {
            return false;
        }

        var userinfo = authority[..at];
        (var user, var password) = Cut(userinfo, ':');
        return userinfo.All(IsUserinfo)
            && TryUnescape(user, Encoding.UserPassword, out _)
            && TryUnescape(password, Encoding.UserPassword, out _);
    }

    private static bool TryParseHost(string text, out string host)
    {
        host = "";
        var openBracket = text.LastIndexOf('[');
        if (openBracket > 0)
        {
            return false;
        }

        if (openBracket == 0)
        {
            var closeBracket = text.LastIndexOf(']');
            if (closeBracket < 0)
            {
                return false;
            }

            var colonPort = text[(closeBracket + 1)..];
            if (!IsOptionalPort(colonPort) || !TryUnescapeLiteral(text[1..closeBracket], out var literal) || !GoAddress.IsIPv6(literal))
            {
                return false;
            }

            host = "[" + literal + "]" + colonPort;
            return true;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return (colon < 0 || IsOptionalPort(text[colon..])) && TryUnescape(text, Encoding.Host, out host);
    }

    private static bool TryUnescapeLiteral(string text, out string literal)
    {
        var zoneStart = text.IndexOf("%25", StringComparison.Ordinal);
        if (zoneStart < 0)
        {
            return TryUnescape(text, Encoding.Host, out literal);
        }

        literal = "";
        if (!TryUnescape(text[..zoneStart], Encoding.Host, out var address)
            || !TryUnescape(text[zoneStart..], Encoding.Zone, out var zone))
        {
            return false;
        }

        literal = address + zone;
        return true;
    }

    private static bool IsOptionalPort(string colonPort) =>
        colonPort.Length == 0 || (colonPort[0] == ':' && colonPort.Skip(1).All(char.IsAsciiDigit));

    private static bool IsUserinfo(char b) => char.IsAsciiLetterOrDigit(b) || "-._:~!$&'()*+,;=%@".Contains(b, StringComparison.Ordinal);

    private static bool IsHost(char b) => char.IsAsciiLetterOrDigit(b) || "!$&'()*+,;=:[]<>\"-_.~".Contains(b, StringComparison.Ordinal);

    private static bool TryUnescape(string text, Encoding mode, out string unescaped)
    {
        unescaped = "";
        var escapes = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                {
                    return false;
                }

                var value = EscapedValue(text, i);
                if (mode == Encoding.Host && value < 0x80 && value != '%')
                {
                    return false;
                }

                if (mode == Encoding.Zone && value != '%' && value != ' ' && !IsHost(value))
                {
                    return false;
                }

                escapes++;
                i += 2;
            }
            else if (mode is Encoding.Host or Encoding.Zone && text[i] < 0x80 && !IsHost(text[i]))
            {
                return false;
            }
        }

        if (escapes == 0)
        {
            unescaped = text;
            return true;
        }

        StringBuilder builder = new(text.Length - (2 * escapes));
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                builder.Append(EscapedValue(text, i));
                i += 2;
            }
            else
            {
                builder.Append(text[i]);
            }
        }

        unescaped = builder.ToString();
        return true;
    }

    private static char EscapedValue(string text, int percent) => (char)Convert.FromHexString(text.AsSpan(percent + 1, 2))[0];

    private static (string Before, string After) Cut(string text, char separator)
    {
        var i = text.IndexOf(separator, StringComparison.Ordinal);
        return i < 0 ? (text, "") : (text[..i], text[(i + 1)..]);
    }
}

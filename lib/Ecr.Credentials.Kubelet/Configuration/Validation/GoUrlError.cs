using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Kubelet.Configuration.Validation;

/// <summary>Why an entry of <c>matchImages</c> does not parse as a URL, in the words of <see href="https://pkg.go.dev/net/url#Parse"/>.</summary>
internal static class GoUrlError
{
    /// <summary>The error for <c>https://</c> and a text; null if that parses.</summary>
    public static string? Explain(string text)
    {
        var buffer = new char[SchemelessUrl.MaxDecodedLength(text.Length)];
        if (SchemelessUrl.TryParse(text, buffer, out _, out var fault, out var position))
        {
            return null;
        }

        // Errors of the fragment name the whole URL, others what is in front of it.
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var url = hash < 0 || position > hash ? text : text[..hash];
        return $"parse {GoText.Quote($"https://{url}")}: {Reason(url, fault, position)}";
    }

    private static string Reason(string text, UrlError fault, int position) => fault switch
    {
        UrlError.ControlCharacter => "net/url: invalid control character in URL",
        UrlError.UserinfoCharacter when text[position] == '%' => Escape(text, position),
        UrlError.UserinfoCharacter => "net/url: invalid userinfo",
        UrlError.HostCharacter => $"invalid character {GoText.Quote(text.AsSpan(position, 1))} in host name",
        UrlError.Escape or UrlError.HostEscape => Escape(text, position),
        UrlError.Port => $"invalid port {GoText.Quote(Authority(text)[(text[position - 1] == ':' ? position - 1 : position)..])} after host",
        UrlError.BracketNotClosed => "missing ']' in host",
        UrlError.NotAnIPv6Address => ExplainAddress(text),
        _ => "invalid IP-literal",
    };

    private static string Escape(string text, int position) => $"invalid URL escape {GoText.Quote(text.AsSpan(position, Math.Min(3, text.Length - position)))}";

    private static ReadOnlySpan<char> Authority(string text)
    {
        var end = text.AsSpan().IndexOfAny("/?#");
        return end < 0 ? text : text.AsSpan(0, end);
    }

    // Characters and escapes are looked at before the address.
    private static string ExplainAddress(string text)
    {
        var authority = Authority(text);
        var literal = authority[(authority.LastIndexOf('[') + 1)..authority.LastIndexOf(']')];
        var zone = literal.IndexOf("%25");
        var address = zone < 0 ? literal : literal[..zone];
        if (!SchemelessUrl.TryParse(
            Harmless(address),
            new char[SchemelessUrl.MaxDecodedLength(address.Length + 1)],
            out var url,
            out var fault,
            out var position))
        {
            return Reason(Harmless(address), fault, position);
        }

        var decoded = Restore(url.Host, address);
        decoded = zone < 0 ? decoded : $"{decoded}%{literal[(zone + 3)..]}";
        return GoAddressError.Explain(decoded) is { } reason ? $"invalid host: {reason}" : "invalid IP-literal";
    }

    // Colons and brackets would be taken for a port and an address here; they are allowed characters of a host.
    private static string Harmless(ReadOnlySpan<char> address) => address.ToString().Replace(':', '.').Replace('[', '.').Replace(']', '.');

    private static string Restore(ReadOnlySpan<char> decoded, ReadOnlySpan<char> address) =>
        decoded.Length == address.Length ? address.ToString() : decoded.ToString();
}

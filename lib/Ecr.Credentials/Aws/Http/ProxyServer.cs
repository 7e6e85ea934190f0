using System.Buffers;
using System.Globalization;
using System.Net;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Http;

/// <summary>The proxy that a variable names.</summary>
internal sealed class ProxyServer
{
    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    // Those of IPv6, with brackets and a port.
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF:.[]%");

    private readonly Uri? _address;

    private ProxyServer(string variable, Uri? address, NetworkCredential? credential, string? error)
    {
        Variable = variable;
        Credential = credential;
        Error = error;
        _address = address;
    }

    public string Variable { get; }

    /// <summary>User name and password; <see langword="null"/> if the variable has none.</summary>
    public NetworkCredential? Credential { get; }

    /// <summary>Why the variable's value cannot be used; <see langword="null"/> if it can.</summary>
    public string? Error { get; }

    /// <summary>The address, without user name and password.</summary>
    /// <exception cref="InvalidOperationException">There is an <see cref="Error"/>.</exception>
    public Uri Address => _address ?? throw new InvalidOperationException(Error);

    /// <summary>Host and port, and the scheme if it is not http.</summary>
    public string HostAndPort => $"{(Address.Scheme == Uri.UriSchemeHttp ? "" : $"{Address.Scheme}://")}{Address.Host}:{Address.Port}";

    /// <summary>Reads the value as Go does: without a scheme it is host and port of an http proxy.</summary>
    public static ProxyServer Parse(string variable, string value)
    {
        var schemeEnd = value.IndexOf("://", StringComparison.Ordinal);
        var (scheme, rest) = schemeEnd > 0 && IsScheme(value.AsSpan(0, schemeEnd)) ? (value[..schemeEnd], value[(schemeEnd + 3)..]) : ("http", value);
        var authority = rest[..EndOfAuthority(rest)];
        var userInfoEnd = authority.LastIndexOf('@');
        var address = FindAddress(scheme.ToUpperInvariant(), authority[(userInfoEnd + 1)..]);
        return address is null
            ? new ProxyServer(variable, null, null, Invalid(variable, value))
            : new ProxyServer(variable, address, userInfoEnd < 0 ? null : ParseCredential(authority[..userInfoEnd]), error: null);
    }

    /// <summary>The same proxy, which must not be used.</summary>
    public ProxyServer Refuse(string why) => new(Variable, _address, Credential, $"refusing {Variable}: {why}");

    public override string ToString() => $"{HostAndPort} ({Variable})";

    private static string Invalid(string variable, string value) =>
        $"invalid {variable} {MessageText.Quote(WithoutSecrets(value))}: expected a proxy such as http://host:3128, with scheme http, https, socks5 or socks5h";

    private static bool IsScheme(ReadOnlySpan<char> text) =>
        char.IsAsciiLetter(text[0]) && !text.ContainsAnyExcept(SchemeCharacters);

    private static int EndOfAuthority(string text)
    {
        var end = text.AsSpan().IndexOfAny('/', '?', '#');
        return end < 0 ? text.Length : end;
    }

    // .NET lets a SOCKS proxy resolve names, which Go calls socks5h and does for socks5 too. The default port of SOCKS is that of Go.
    private static Uri? FindAddress(string scheme, string hostAndPort) => scheme switch
    {
        "HTTP" => FindAddress("http", hostAndPort, 80),
        "HTTPS" => FindAddress("https", hostAndPort, 443),
        "SOCKS5" or "SOCKS5H" => FindAddress("socks5", hostAndPort, 1080),
        _ => null,
    };

    private static Uri? FindAddress(string scheme, string hostAndPort, int port)
    {
        var portStart = hostAndPort.LastIndexOf(':');
        if (portStart < hostAndPort.LastIndexOf(']'))
        {
            portStart = -1;
        }

        var host = portStart < 0 ? hostAndPort : hostAndPort[..portStart];
        var portText = portStart < 0 ? "" : hostAndPort[(portStart + 1)..];
        var isValid = Uri.CheckHostName(host) is not UriHostNameType.Unknown and not UriHostNameType.Basic
            && host.Contains(':', StringComparison.Ordinal) == host.StartsWith('[')
            && (portText.Length == 0
                || (int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue));
        return isValid && Uri.TryCreate($"{scheme}://{host}:{port}", UriKind.Absolute, out var address) && HttpAddress.HasValidHost(address) ? address : null;
    }

    private static NetworkCredential ParseCredential(string userInfo)
    {
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? new NetworkCredential(Uri.UnescapeDataString(userInfo), "")
            : new NetworkCredential(Uri.UnescapeDataString(userInfo[..colon]), Uri.UnescapeDataString(userInfo[(colon + 1)..]));
    }

    // The value cannot be parsed, so everything that may have been meant as a password is omitted: up to the last @, in place of a port, and a query.
    private static string WithoutSecrets(string value)
    {
        var schemeEnd = value.IndexOf("://", StringComparison.Ordinal);
        var start = schemeEnd > 0 && IsScheme(value.AsSpan(0, schemeEnd)) ? schemeEnd + 3 : 0;
        var rest = value[Math.Max(start, value.LastIndexOf('@') + 1)..];
        rest = rest[..EndOfAuthority(rest)];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var isPort = colon < 0 || rest.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0 || !rest.AsSpan().ContainsAnyExcept(AddressCharacters);
        return value[..start] + (isPort ? rest : $"{rest[..(colon + 1)]}…");
    }
}

using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ecr.Credentials.Aws.Http;

/// <summary>The hosts in <c>NO_PROXY</c>: addresses, networks and names with their subdomains, by the rules of Go's httpproxy.</summary>
/// <remarks>Other entries are ignored, as in Go: <see href="https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config"/>.</remarks>
internal sealed class NoProxyList
{
    private static readonly IdnMapping Idn = new();
    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly List<(IPAddress Address, string Port)> _addresses = [];
    private readonly List<IPNetwork> _networks = [];
    private readonly List<Domain> _domains = [];
    private readonly bool _isAll;

    public NoProxyList(string? list)
    {
        foreach (var item in (list ?? "").Split(','))
        {
            var entry = item.Trim();
            if (entry == "*")
            {
                _isAll = true;
                return;
            }

            if (FindNetwork(entry) is { } network)
            {
                _networks.Add(network);
            }
            else
            {
                Add(entry);
            }
        }
    }

    public bool Includes(Uri address)
    {
        if (_isAll)
        {
            return true;
        }

        var port = address.Port.ToString(CultureInfo.InvariantCulture);
        if (DirectHosts.FindAddress(address) is { } ip)
        {
            // The network of an address with a zone is the address's.
            var unscoped = ip.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(ip.GetAddressBytes()) : ip;
            return _networks.Exists(network => network.Contains(unscoped))
                || _addresses.Exists(entry => entry.Address.Equals(unscoped) && IsPort(entry.Port, port));
        }

        var host = address.IdnHost;
        return _domains.Exists(domain => domain.Includes(host) && IsPort(domain.Port, port));
    }

    private static bool IsPort(string expected, string port) => expected.Length == 0 || expected == port;

    private void Add(string entry)
    {
        var (host, port) = SplitPort(entry);
        if (host.Length == 0)
        {
            return;
        }

        if (Parse(host) is { } address)
        {
            _addresses.Add((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port));
            return;
        }

        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : host;
        var isSubdomainsOnly = name[0] == '.';
        _domains.Add(new Domain(ToAscii(isSubdomainsOnly ? name[1..] : name), isSubdomainsOnly, port));
    }

    private static string ToAscii(string name)
    {
        if (System.Text.Ascii.IsValid(name))
        {
            return name;
        }

        try
        {
            return Idn.GetAscii(name);
        }
        catch (ArgumentException)
        {
            return name;
        }
    }

    private static IPNetwork? FindNetwork(string entry)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || Parse(entry[..slash]) is not { } address)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8)
        {
            return null;
        }

        Mask(bytes, length);
        var network = new IPAddress(bytes);
        return network.IsIPv4MappedToIPv6 ? new IPNetwork(network.MapToIPv4(), length - 96) : new IPNetwork(network, length);
    }

    private static void Mask(byte[] address, int length)
    {
        for (var i = 0; i < address.Length; i++)
        {
            var bits = Math.Clamp(length - (i * 8), 0, 8);
            address[i] &= (byte)(0xff00 >> bits);
        }
    }

    // .NET also takes hexadecimal and octal numbers and zones, which Go takes for names.
    private static IPAddress? Parse(string text) =>
        (text.Contains(':', StringComparison.Ordinal) ? !text.AsSpan().ContainsAnyExcept(IPv6Characters) : IsDottedDecimal(text))
            && IPAddress.TryParse(text, out var address)
            ? address
            : null;

    private static bool IsDottedDecimal(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && Array.TrueForAll(parts, static part =>
            part is "0" || (part.Length is > 0 and <= 3 && part[0] is >= '1' and <= '9' && !part.AsSpan().ContainsAnyExceptInRange('0', '9')));
    }

    // As net.SplitHostPort; what it does not take is a host without a port.
    private static (string Host, string Port) SplitPort(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0)
        {
            return (entry, "");
        }

        var (host, port) = (entry[..colon], entry[(colon + 1)..]);
        var isBracketed = host.StartsWith('[') && host.IndexOf(']', StringComparison.Ordinal) == host.Length - 1;
        if (isBracketed)
        {
            host = host[1..^1];
        }

        var isValid = !host.AsSpan().ContainsAny('[', ']')
            && !port.AsSpan().ContainsAny('[', ']')
            && (isBracketed || !host.Contains(':', StringComparison.Ordinal));
        return isValid ? (host, port) : (entry, "");
    }

    private readonly record struct Domain(string Name, bool IsSubdomainsOnly, string Port)
    {
        public bool Includes(string host) =>
            host.Length > Name.Length
                ? host.EndsWith(Name, StringComparison.OrdinalIgnoreCase) && host[host.Length - Name.Length - 1] == '.'
                : !IsSubdomainsOnly && host.Equals(Name, StringComparison.OrdinalIgnoreCase);
    }
}

using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Ecr.Credentials.Aws.Http;

/// <summary>The hosts in <c>NO_PROXY</c>: addresses, networks and names with their subdomains, by the rules of Go's httpproxy.</summary>
/// <remarks>Other entries are ignored, as in Go: <see href="https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config"/>.</remarks>
internal sealed class NoProxyList
{
    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly List<Entry> _entries = [];
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

            if ((FindNetwork(entry) ?? FindHost(entry)) is { } found)
            {
                _entries.Add(found);
            }
        }
    }

    public bool Includes(Uri address)
    {
        if (_isAll)
        {
            return true;
        }

        var host = address.IdnHost;
        var port = address.Port.ToString(CultureInfo.InvariantCulture);
        var bytes = DirectHosts.FindAddress(address)?.GetAddressBytes();
        foreach (var entry in _entries)
        {
            if ((bytes is null ? entry.Includes(host) : entry.Includes(bytes)) && (entry.Port.Length == 0 || entry.Port == port))
            {
                return true;
            }
        }

        return false;
    }

    private static Entry? FindHost(string entry)
    {
        var (host, port) = SplitPort(entry);
        if (host.Length == 0)
        {
            return null;
        }

        if (Parse(host) is { } address)
        {
            var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
            return new NetworkEntry(bytes, bytes.Length * 8, port);
        }

        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : host;
        var isSubdomainsOnly = name[0] == '.';
        return new NameEntry(ToAscii(isSubdomainsOnly ? name[1..] : name), isSubdomainsOnly, port);
    }

    private static NetworkEntry? FindNetwork(string entry)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || Parse(entry[..slash]) is not { } address)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        return length > bytes.Length * 8 ? null
            : address.IsIPv4MappedToIPv6 && length >= 96 ? new NetworkEntry(bytes[12..], length - 96, "")
            : new NetworkEntry(bytes, length, "");
    }

    private static string ToAscii(string name)
    {
        try
        {
            return Ascii.IsValid(name) ? name : new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            return name;
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

    private abstract class Entry(string port)
    {
        /// <summary>The port that is meant; empty for every port.</summary>
        public string Port { get; } = port;

        public virtual bool Includes(string host) => false;

        public virtual bool Includes(byte[] address) => false;
    }

    private sealed class NameEntry(string name, bool isSubdomainsOnly, string port) : Entry(port)
    {
        public override bool Includes(string host) =>
            host.Length > name.Length
                ? host.EndsWith(name, StringComparison.OrdinalIgnoreCase) && host[host.Length - name.Length - 1] == '.'
                : !isSubdomainsOnly && host.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private sealed class NetworkEntry(byte[] network, int length, string port) : Entry(port)
    {
        public override bool Includes(byte[] address)
        {
            if (address.Length != network.Length)
            {
                return false;
            }

            for (var i = 0; i < address.Length; i++)
            {
                var mask = 0xff00 >> Math.Clamp(length - (i * 8), 0, 8);
                if (((address[i] ^ network[i]) & mask & 0xff) != 0)
                {
                    return false;
                }
            }

            return true;
        }
    }
}

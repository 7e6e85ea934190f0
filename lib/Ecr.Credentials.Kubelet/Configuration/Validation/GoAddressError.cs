using System.Globalization;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Configuration.Validation;

/// <summary>Why a text is not an IP address, worded as in <see href="https://pkg.go.dev/net/netip#ParseAddr"/>.</summary>
internal static class GoAddressError
{
    private const int Groups = 8;

    /// <summary>The error; null if the text is an address of either kind.</summary>
    public static string? Explain(string text)
    {
        var first = text.AsSpan().IndexOfAny(".:%");
        var reason = first < 0 ? ("unable to parse IP", "") : text[first] switch
        {
            '.' => ExplainV4(text),
            ':' => ExplainV6(text),
            _ => ("missing IPv6 address", ""),
        };
        return reason is not var (message, at) ? null : $"ParseAddr({GoText.Quote(text)}): {message}{(at.Length > 0 ? $" (at {GoText.Quote(at)})" : "")}";
    }

    private static (string Message, string At)? ExplainV4(string text)
    {
        var (value, digits, fields) = (0, 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                if (digits == 1 && value == 0)
                {
                    return ("IPv4 field has octet with leading zero", "");
                }

                value = (value * 10) + (text[i] - '0');
                digits++;
                if (value > byte.MaxValue)
                {
                    return ("IPv4 field has value >255", "");
                }
            }
            else if (text[i] == '.')
            {
                if (i == 0 || i == text.Length - 1 || text[i - 1] == '.')
                {
                    return ("IPv4 field must have at least one digit", text[i..]);
                }

                if (fields == 3)
                {
                    return ("IPv4 address too long", "");
                }

                fields++;
                (value, digits) = (0, 0);
            }
            else
            {
                return ("unexpected character", text[i..]);
            }
        }

        return fields < 3 ? ("IPv4 address too short", "") : null;
    }

    private static (string Message, string At)? ExplainV6(string text)
    {
        var zone = text.IndexOf('%', StringComparison.Ordinal);
        if (zone == text.Length - 1)
        {
            return ("zone must be a non-empty string", "");
        }

        var rest = zone < 0 ? text : text[..zone];
        var ellipsis = -1;
        if (rest.StartsWith("::", StringComparison.Ordinal))
        {
            ellipsis = 0;
            rest = rest[2..];
            if (rest.Length == 0)
            {
                return null;
            }
        }

        var groups = 0;
        while (groups < Groups)
        {
            var length = 0;
            var value = 0;
            while (length < rest.Length && char.IsAsciiHexDigit(rest[length]))
            {
                if (length > 3)
                {
                    return ("each group must have 4 or less digits", rest);
                }

                value = (value << 4) | int.Parse(rest.AsSpan(length, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                length++;
            }

            if (length == 0)
            {
                return ("each colon-separated field must have at least one digit", rest);
            }

            if (length < rest.Length && rest[length] == '.')
            {
                return ExplainEmbedded(rest, groups, ellipsis);
            }

            groups++;
            rest = rest[length..];
            if (rest.Length == 0)
            {
                break;
            }

            if (rest[0] != ':')
            {
                return ("unexpected character, want colon", rest);
            }

            if (rest.Length == 1)
            {
                return ("colon must be followed by more characters", rest);
            }

            rest = rest[1..];
            if (rest[0] == ':')
            {
                if (ellipsis >= 0)
                {
                    return ("multiple :: in address", rest);
                }

                ellipsis = groups;
                rest = rest[1..];
                if (rest.Length == 0)
                {
                    break;
                }
            }
        }

        return Finish(rest, groups, ellipsis);
    }

    private static (string Message, string At)? ExplainEmbedded(string rest, int groups, int ellipsis)
    {
        if (ellipsis < 0 && groups != Groups - 2)
        {
            return ("embedded IPv4 address must replace the final 2 fields of the address", rest);
        }

        if (groups + 2 > Groups)
        {
            return ("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
        }

        return ExplainV4(rest) ?? Finish("", groups + 2, ellipsis);
    }

    private static (string Message, string At)? Finish(string rest, int groups, int ellipsis)
    {
        if (rest.Length > 0)
        {
            return ("trailing garbage after address", rest);
        }

        return (groups < Groups, ellipsis >= 0) switch
        {
            (true, false) => ("address string too short", ""),
            (false, true) => ("the :: must expand to at least one field of zeros", ""),
            _ => null,
        };
    }
}

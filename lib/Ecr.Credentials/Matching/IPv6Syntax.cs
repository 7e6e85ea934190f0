using System.Globalization;

namespace Ecr.Credentials.Matching;

/// <summary>
/// Recognizes IPv6 addresses without a zone as Go does, https://pkg.go.dev/net/netip#ParseAddr. The .NET parser accepts more, such as a prefix
/// length.
/// </summary>
internal static class IPv6Syntax
{
    private const int GroupCount = 8;
    private const int MaxGroupDigits = 4;

    public static bool IsValid(ReadOnlySpan<char> address)
    {
        var groups = 0;
        var hasEllipsis = address.StartsWith("::");
        if (hasEllipsis)
        {
            address = address[2..];
        }

        // A leading "::" and each colon is followed by a group; only "::" may end the address.
        while (!(address.IsEmpty && hasEllipsis))
        {
            var digits = CountHexDigits(address);
            if (digits is 0 or > MaxGroupDigits || groups == GroupCount)
            {
                return false;
            }

            if (digits < address.Length && address[digits] == '.')
            {
                // A trailing IPv4 address replaces the last two groups.
                groups += 2;
                return IsIPv4(address) && (hasEllipsis ? groups < GroupCount : groups == GroupCount);
            }

            groups++;
            address = address[digits..];
            if (address.IsEmpty)
            {
                break;
            }

            if (address[0] != ':' || address.Length == 1)
            {
                return false;
            }

            address = address[1..];
            if (address[0] == ':')
            {
                if (hasEllipsis)
                {
                    return false;
                }

                hasEllipsis = true;
                address = address[1..];
            }
        }

        return hasEllipsis ? groups < GroupCount : groups == GroupCount;
    }

    private static int CountHexDigits(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiHexDigit(text[count]))
        {
            count++;
        }

        return count;
    }

    private static bool IsIPv4(ReadOnlySpan<char> address)
    {
        var octets = 0;
        foreach (var range in address.Split('.'))
        {
            if (!IsOctet(address[range]))
            {
                return false;
            }

            octets++;
        }

        return octets == 4;
    }

    private static bool IsOctet(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= 3
        && (text.Length == 1 || text[0] != '0')
        && byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}

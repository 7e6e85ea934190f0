namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>https://pkg.go.dev/net/netip#ParseAddr, reduced to what URL parsing needs: whether the text is an IPv6 address, with or without a zone.</summary>
internal static class GoAddress
{
    public static bool IsIPv6(string text)
    {
        var addressAndZone = text.Split('%', 2);
        if (addressAndZone is [_, ""])
        {
            return false;
        }

        var halves = addressAndZone[0].Split("::");
        return halves switch
        {
            [var whole] => CountGroups(whole, mayEndInIPv4: true) == 8,
            [var left, var right] =>
                CountGroups(left, mayEndInIPv4: false) is >= 0 and var leftGroups
                && CountGroups(right, mayEndInIPv4: true) is >= 0 and var rightGroups
                && leftGroups + rightGroups < 8,
            _ => false,
        };
    }

    /// <summary>Returns the number of 16-bit groups, 0 for empty text; -1 for invalid text.</summary>
    private static int CountGroups(string text, bool mayEndInIPv4)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        var groups = text.Split(':');
        var endsInIPv4 = mayEndInIPv4 && IsIPv4(groups[^1]);
        var hexGroups = endsInIPv4 ? groups.SkipLast(1) : groups;
        var areHex = hexGroups.All(group => group.Length is >= 1 and <= 4 && group.All(char.IsAsciiHexDigit));
        return areHex ? groups.Length + (endsInIPv4 ? 1 : 0) : -1;
    }

    private static bool IsIPv4(string text) =>
        text.Split('.') is { Length: 4 } octets
        && octets.All(IsOctet);

    private static bool IsOctet(string text) =>
        text.Length is >= 1 and <= 3 && text.All(char.IsAsciiDigit) && (text is "0" || text[0] != '0') && int.Parse(text, null) <= 255;
}

using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Tests.Matching;

/// <summary>
/// Generates pairs of pattern and image, weighted towards the corner cases of URL parsing. Most images are derived from the pattern, so that matches
/// and near misses are as frequent as plain mismatches.
/// </summary>
internal sealed class PairGenerator(int seed)
{
    private static readonly string[] Labels =
        ["a", "b", "ab", "aab", "io", "registry", "dkr", "ecr", "ecr-fips", "eu-west-1", "amazonaws", "com", "123456789012", "", "1", "A",
         "xn--9ca"];

    private static readonly string[] Stars = ["*", "**", "*a", "a*", "*ab", "a*b", "*a*", "a*a*b", "*-1", "1*2", "*é", "*%C3", "%a9*"];

    private static readonly string[] OddLabels =
        ["é", "%C3%A9", "%c3", "%FF", "%25", "a%25b", "\u00c3\u00a9", "\ufffd", "\ud800", "\udc00", "\U0001F600", "a]", "]", "<a>",
         "a&b=c", "\"", "(!)", "~_$'+,;"];

    private static readonly string[] IPv6Addresses =
    [
        "::", "::1", "1::", "fe80::1", "2001:db8::a", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1::2:3:4:5:6:7", "::ffff:1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "::2:3:4:5:6:1.2.3.4", ":::1", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3", "12345::", "::00001", "g::1", "1.2.3.4",
        "::1.2.3", "::1.2.3.256",
        "::01.2.3.4", "::1.2.3.4.5", "1:2:3:4:5:6:7:1.2.3.4", "::1:2:3:4:5:6:1.2.3.4", "1:", ":1", "", "ABCD::ef", "::a-f", "::%",
        "::%C3%A9", "1.2::3",
    ];

    private static readonly string[] Zones =
        ["eth0", "a-f", "f-a", "-a", "a-", "*", "%2A", "a.b", "a%2Eb", "a%3Ab", "a:b", "%5B", "%5D", "]", "a]b", "]:", "%20", "%25",
         "%41", "%2F", "%ff", "é", "\ufffd", "", "^a", "%5E"];

    private static readonly string[] Ports =
    [
        "", ":", ":80", ":080", ":5000", ":443", ":99999", ":a", ":80a", ":-1", ":*", ":٣", "::", ":80:80", ": 80", ":%38",
    ];

    private static readonly string[] Paths =
        ["", "/", "/a", "/ab", "/a/b", "/foo", "/a%2Fb", "/%61", "/é", "/%C3%A9", "/%c3", "/*", "/a*", "/a b", "/a:v1", "/a@sha256:ab",
         "//a", "/../a", "/[a]", "/\\a", "/%25", "/%2525", "/a+b"];

    private static readonly string[] Suffixes =
    [
        "?", "?a=b", "?%zz", "?/x", "#", "#a", "#%41", "#%zz", "#?/", "/x", "x", ":v1.2", "@sha256:00", "%", "%2", "%zz",
        "/%41", "#\u0001", "?\u0001", "\u007f",
    ];

    private static readonly string[] Userinfos =
    [
        "@", "u@", "u:p@", "a@b@", "%41@", "%zz@", "u%2Fv@", "*@", "é@", "u u@", "[@", "https://", "docker:",
    ];

    private const string OddCharacters = "%[]:@#?/.*-\\^ \t\u007f\u0080é\ud800\udc00\0a0A1bZ~|`{}\"'<>&=+,;!$()_";

    private readonly Random _random = new(seed);

    public (string Pattern, string Image) Next()
    {
        var pattern = Chance(60) ? Text() : Mutate(Text(), 1 + _random.Next(3));
        var image = _random.Next(10) switch
        {
            0 => Text(),
            1 => Mutate(Text(), 1 + _random.Next(3)),
            2 => Mutate(Matching(pattern), 1 + _random.Next(2)),
            3 => pattern + Pick(Suffixes),
            _ => Matching(pattern),
        };
        return (pattern, image);
    }

    private string Text()
    {
        StringBuilder text = new();
        text.Append(Chance(12) ? Pick(Userinfos) : "");
        text.Append(Chance(20) ? IPLiteral() : Name());
        text.Append(Chance(35) ? Pick(Ports) : "");
        text.Append(Chance(60) ? Pick(Paths) : "");
        text.Append(Chance(12) ? Pick(Suffixes) : "");
        return text.ToString();
    }

    private string Name()
    {
        var labels = new string[_random.Next(1, 6)];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = _random.Next(10) switch
            {
                < 3 => Pick(Stars),
                < 4 => Pick(OddLabels),
                < 5 => Pick(Stars) + Pick(Labels) + Pick(Stars),
                _ => Pick(Labels),
            };
        }

        return string.Join('.', labels);
    }

    private string IPLiteral() => $"[{Pick(IPv6Addresses)}{(Chance(60) ? "%25" + Pick(Zones) : "")}{(Chance(10) ? Pick(Zones) : "")}]";

    /// <summary>
    /// Derives an image that the pattern probably matches: stars filled in, leftover brackets resolved, text escaped, more text appended.
    /// </summary>
    private string Matching(string pattern)
    {
        var authorityLength = pattern.IndexOfAny(['/', '?', '#']);
        authorityLength = authorityLength < 0 ? pattern.Length : authorityLength;
        var authority = pattern[..authorityLength];
        var path = pattern[authorityLength..];

        if (Chance(90))
        {
            authority = authority[(authority.LastIndexOf('@') + 1)..];
        }

        if (authority.StartsWith('[') && Chance(50))
        {
            authority = ResolveClasses(authority);
        }

        StringBuilder image = new();
        foreach (var c in authority)
        {
            _ = c == '*' && Chance(90) ? image.Append(Run()) : Chance(95) ? image.Append(c) : image.Append(Escape(c));
        }

        if (Chance(85) && path.AsSpan().IndexOfAny('?', '#') is >= 0 and int end)
        {
            path = path[..end];
        }

        foreach (var c in path)
        {
            _ = c != '%' && Chance(8) ? image.Append(Escape(c)) : image.Append(c);
        }

        image.Append(Chance(50) ? Pick(Paths) : "");
        image.Append(Chance(8) ? Pick(Suffixes) : "");
        return image.ToString();
    }

    private string ResolveClasses(string authority)
    {
        var labels = authority.Replace("%25", "%", StringComparison.Ordinal).Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            var open = labels[i].IndexOf('[', StringComparison.Ordinal);
            var close = open < 0 ? -1 : labels[i].IndexOf(']', open);
            if (close > open + 1)
            {
                labels[i] = labels[i][..open] + labels[i][_random.Next(open + 1, close)] + labels[i][(close + 1)..];
            }
        }

        return string.Join('.', labels).Replace("%", "%25", StringComparison.Ordinal);
    }

    private string Run() => _random.Next(6) switch
    {
        0 => "",
        1 => Pick(OddLabels),
        2 => Pick(Labels) + Pick(Labels),
        3 => ".",
        _ => Pick(Labels),
    };

    private static string Escape(char c)
    {
        StringBuilder escaped = new();
        foreach (var b in Encoding.UTF8.GetBytes([c]))
        {
            escaped.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return escaped.ToString();
    }

    private string Mutate(string text, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var position = _random.Next(text.Length + 1);
            var removed = Math.Min(_random.Next(2), text.Length - position);
            var added = Chance(70) ? OddCharacters[_random.Next(OddCharacters.Length)].ToString() : "";
            text = string.Concat(text.AsSpan(0, position), added, text.AsSpan(position + removed));
        }

        return text;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}

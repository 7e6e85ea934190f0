using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Shim.Tests.Hostile;

/// <summary>A value that no service sends.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Json">Makes it from the original value, as a JSON token.</param>
/// <param name="Xml">Makes it from the original value, as the content of an XML element.</param>
internal sealed record HostileValue(string Name, Func<string, string> Json, Func<string, string> Xml)
{
    /// <summary>Text that breaks or forges lines, headers and terminals.</summary>
    public static IReadOnlyList<HostileValue> Texts { get; } =
    [
        Text("line breaks", original => original + "\r\nx-injected: 1\r\n\r\n"),
        Text("terminal escapes", original => "\u001b[2J\u001b]0;title\a" + original + "\u009b1m"),
        Text("NUL", original => original + "\0"),
        Text("format characters", original => "\u202e" + original + "\u2066\u200b\u2028\ufeff"),
        Text("other alphabets", original => original + "é漢😀"),
        Text("300,000 characters", _ => new string('x', 300_000)),
        Text("spaces", _ => "   "),
        Text("nothing", _ => ""),

        // Half of a surrogate pair; XML has no such text, so the element's end is missing instead.
        new("half surrogates", original => $"\"{original}\\ud800\"", original => original + "&#xd800;"),
    ];

    /// <summary>Values of another type than text.</summary>
    public static IReadOnlyList<HostileValue> Types { get; } =
    [
        new("an object", _ => "{\"x\":1}", original => $"<x>{original}</x>"),
        new("an array", _ => "[1]", original => $"{original}<x/><x/>"),
        new("a number", _ => "-1e400", _ => "-1e400"),
        new("null", _ => "null", _ => "<!-- -->"),
        new("true", _ => "true", _ => "true"),
    ];

    /// <summary>Times out of range or in other formats.</summary>
    public static IReadOnlyList<HostileValue> Times { get; } =
    [
        .. from text in (string[])
            [
                "0000-00-00T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999-14:00", "10000-01-01T00:00:00Z", "1700000000", "-1",
                "tomorrow", "2026-02-30T25:61:61Z",
            ]
            select Text(text, _ => text),
        .. from number in (string[])["-1", "0", "1e-400", "1e400", "253402300800", "99999999999999999999", "-9223372036854775808", "2147483648"]
            select new HostileValue($"number {number}", _ => number, _ => number),
    ];

    /// <summary>The value as it is sent where there is no syntax.</summary>
    public Func<string, string> Plain { get; private init; } = original => original;

    public override string ToString() => Name;

    private static HostileValue Text(string name, Func<string, string> create) =>
        new(name, original => JsonSerializer.Serialize(create(original)), original => Escape(create(original))) { Plain = create };

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            escaped.Append(c is < ' ' or '<' or '&' ? $"&#{(int)c};" : c.ToString());
        }

        return escaped.ToString();
    }
}

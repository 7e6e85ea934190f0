using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Ecr.Credentials.Kubelet.Go;

/// <summary>Text as Go's standard library reads and writes it, for messages that must read as the kubelet's.</summary>
internal static class GoText
{
    /// <summary>Text of UTF-8. Go takes the bytes of an invalid sequence one by one, where .NET takes as many as could have begun a character.</summary>
    public static string Decode(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var text = new StringBuilder(utf8.Length);
        while (!utf8.IsEmpty)
        {
            utf8 = utf8[AppendFirst(text, utf8)..];
        }

        return text.ToString();
    }

    /// <summary>Appends the first character of UTF-8 and returns its length in bytes.</summary>
    public static int AppendFirst(StringBuilder text, ReadOnlySpan<byte> utf8)
    {
        var isValid = Rune.DecodeFromUtf8(utf8, out var rune, out var length) == OperationStatus.Done;
        Append(text, rune);
        return isValid ? length : 1;
    }

    /// <summary>Appends a character without a string of its own.</summary>
    public static StringBuilder Append(StringBuilder text, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        return text.Append(units[..rune.EncodeToUtf16(units)]);
    }

    /// <summary>A string in double quotes with escapes, as <see href="https://pkg.go.dev/strconv#Quote"/> and <c>%q</c> write it.</summary>
    public static string Quote(ReadOnlySpan<char> value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        AppendEscaped(text, value, '"');
        return text.Append('"').ToString();
    }

    /// <summary>A byte in single quotes, as encoding/json names the character at which it stops.</summary>
    public static string QuoteByte(byte value)
    {
        var text = new StringBuilder(8).Append('\'');
        AppendEscaped(text, [(char)value], '\'');
        return text.Append('\'').ToString();
    }

    /// <summary>A string in double quotes as package time writes it: everything outside printable ASCII as <c>\x</c> bytes.</summary>
    public static string QuoteBytes(ReadOnlySpan<char> value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is >= ' ' and < 0x80)
            {
                _ = rune.Value is '"' or '\\' ? text.Append('\\') : text;
                text.Append((char)rune.Value);
                continue;
            }

            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            }
        }

        return text.Append('"').ToString();
    }

    /// <summary>A list of strings as encoding/json writes it, with the escapes that make it safe in HTML.</summary>
    public static string JsonList(IEnumerable<string> values) => $"[{string.Join(',', values.Select(JsonString))}]";

    /// <summary>A string as encoding/json writes it, with the escapes that make it safe in HTML.</summary>
    public static string JsonString(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>Compares as Go does, by the bytes of UTF-8.</summary>
    public static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // In UTF-16 surrogates sort below U+E000 to U+FFFF, in UTF-8 above.
        var (a, b) = (left[same], right[same]);
        return char.IsSurrogate(a) != char.IsSurrogate(b) ? (char.IsSurrogate(a) ? 1 : -1) : a.CompareTo(b);
    }

    private static void AppendEscaped(StringBuilder text, ReadOnlySpan<char> value, char quote)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => text.Append("\\\\"),
                '\a' => text.Append("\\a"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\v' => text.Append("\\v"),
                var c when c == quote => text.Append('\\').Append(quote),
                < ' ' or 0x7f => text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                > 0xffff when !IsPrintable(rune) => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
                _ when !IsPrintable(rune) => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => Append(text, rune),
            };
        }
    }

    // https://pkg.go.dev/strconv#IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}

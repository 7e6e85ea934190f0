using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Text as Go reads it and quotes it in messages, <see href="https://pkg.go.dev/strconv#Quote"/>.</summary>
internal static class GoText
{
    /// <summary>The text in double quotes; what is not printable is escaped.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            Append(quoted, rune);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A byte in single quotes, as the messages of Go's JSON scanner show it.</summary>
    public static string QuoteByte(byte value)
    {
        switch (value)
        {
            case (byte)'\'':
                return "'\\''";
            case (byte)'"':
                return "'\"'";
            default:
                var quoted = new StringBuilder("'");
                Append(quoted, new Rune((char)value));
                return quoted.Append('\'').ToString();
        }
    }

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
        text.Append(rune.ToString());
        return isValid ? length : 1;
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        var escape = rune.Value switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\a' => "\\a",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\v' => "\\v",
            < ' ' or 0x7f => $"\\x{rune.Value:x2}",
            _ => null,
        };

        if (escape is not null)
        {
            text.Append(escape);
        }
        else if (IsPrintable(rune))
        {
            text.Append(rune.ToString());
        }
        else
        {
            _ = rune.IsBmp
                ? text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}")
                : text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }
    }

    // https://pkg.go.dev/strconv#IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}

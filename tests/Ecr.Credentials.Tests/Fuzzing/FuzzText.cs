using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Tests.Fuzzing;

/// <summary>
/// Inputs are text, also those of parsers of bytes: a byte that is not valid UTF-8 is a lone surrogate from U+DC80 to U+DCFF, as in Python's
/// <c>surrogateescape</c>.
/// </summary>
internal static class FuzzText
{
    private const char FirstEscape = '\udc80';
    private const char LastEscape = '\udcff';

    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length * 3];
        var length = 0;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyInRange(FirstEscape, LastEscape);
            if (plain > 0 && char.IsHighSurrogate(text[plain - 1]))
            {
                plain++; // The second half of a pair.
            }

            var part = plain < 0 ? text : text[..plain];
            length += Encoding.UTF8.GetBytes(part, bytes.AsSpan(length));
            text = text[part.Length..];
            if (!text.IsEmpty && text[0] is >= FirstEscape and <= LastEscape)
            {
                bytes[length++] = (byte)text[0];
                text = text[1..];
            }
        }

        return bytes[..length];
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune);
            }
            else
            {
                foreach (var invalid in bytes[..length])
                {
                    text.Append((char)(0xdc00 | invalid));
                }
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>The text as a literal of C#, to be added to the samples of a target.</summary>
    public static string ToLiteral(ReadOnlySpan<char> text)
    {
        var literal = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => literal.Append('\\').Append(c),
                '\n' => literal.Append("\\n"),
                >= ' ' and <= '~' => literal.Append(c),
                _ => literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        return literal.Append('"').ToString();
    }
}

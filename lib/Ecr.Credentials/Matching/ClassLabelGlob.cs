using System.Buffers;
using System.Text;

namespace Ecr.Credentials.Matching;

/// <summary>
/// Matches one label of a pattern whose host contains <c>[</c> the way Go's <c>path.Match</c> does, https://pkg.go.dev/path#Match.
/// </summary>
/// <remarks>
/// The URL parser accepts such a host only as an IPv6 address, and the brackets remain if no port follows. They are then interpreted as a character
/// class: <c>[::1]</c> matches the label <c>1</c>. Negation and backslash, also part of the class grammar, are rejected by the URL parser.
/// Each character of pattern and label is one byte of UTF-8, see <see cref="SchemelessUrl"/>; a class consumes a whole code point.
/// </remarks>
internal static class ClassLabelGlob
{
    /// <summary>Whether every class is closed and not empty. A label that is not well-formed matches nothing.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> pattern)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] != '[')
            {
                pattern = pattern[1..];
            }
            else if (!TryReadClass(ref pattern, default, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="pattern">A well-formed pattern.</param>
    /// <param name="label">The label of the image's host.</param>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> label)
    {
        // Where to resume after a mismatch: after the last star, which then matches one more byte.
        ReadOnlySpan<char> retryPattern = default;
        ReadOnlySpan<char> retryLabel = default;
        var canRetry = false;

        while (true)
        {
            if (!pattern.IsEmpty && pattern[0] == '*')
            {
                pattern = pattern[1..];
                retryPattern = pattern;
                retryLabel = label;
                canRetry = true;
            }
            else if (pattern.IsEmpty && label.IsEmpty)
            {
                return true;
            }
            else if (pattern.IsEmpty || label.IsEmpty || !TryMatchOne(ref pattern, ref label))
            {
                if (!canRetry || retryLabel.IsEmpty)
                {
                    return false;
                }

                retryLabel = retryLabel[1..];
                pattern = retryPattern;
                label = retryLabel;
            }
        }
    }

    private static bool TryMatchOne(ref ReadOnlySpan<char> pattern, ref ReadOnlySpan<char> label)
    {
        if (pattern[0] == '[')
        {
            var rune = ReadRune(ref label, out _);
            return TryReadClass(ref pattern, rune, out var contains) && contains;
        }

        var equal = pattern[0] == label[0];
        pattern = pattern[1..];
        label = label[1..];
        return equal;
    }

    /// <summary>Reads a class: "[", then one or more "c" or "lo-hi", then "]".</summary>
    private static bool TryReadClass(ref ReadOnlySpan<char> pattern, Rune rune, out bool contains)
    {
        contains = false;
        pattern = pattern[1..];
        var isFirst = true;
        while (isFirst || pattern[0] != ']')
        {
            if (!TryReadClassRune(ref pattern, out var low))
            {
                return false;
            }

            var high = low;
            if (pattern[0] == '-')
            {
                pattern = pattern[1..];
                if (!TryReadClassRune(ref pattern, out high))
                {
                    return false;
                }
            }

            contains |= low <= rune && rune <= high;
            isFirst = false;
        }

        pattern = pattern[1..];
        return true;
    }

    private static bool TryReadClassRune(ref ReadOnlySpan<char> pattern, out Rune rune)
    {
        rune = default;
        if (pattern.IsEmpty || pattern[0] is '-' or ']')
        {
            return false;
        }

        rune = ReadRune(ref pattern, out var isValid);
        return isValid && !pattern.IsEmpty;
    }

    /// <summary>Reads one code point. An invalid byte is read as U+FFFD of length 1, as in Go.</summary>
    private static Rune ReadRune(ref ReadOnlySpan<char> text, out bool isValid)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var length = Math.Min(text.Length, utf8.Length);
        for (var i = 0; i < length; i++)
        {
            utf8[i] = (byte)text[i];
        }

        isValid = Rune.DecodeFromUtf8(utf8[..length], out var rune, out var bytesConsumed) == OperationStatus.Done;
        text = text[(isValid ? bytesConsumed : 1)..];
        return rune;
    }
}

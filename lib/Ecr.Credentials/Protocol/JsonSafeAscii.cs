using System.Numerics;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Protocol;

/// <summary>Writes strings that need no escaping in JSON: ASCII without the characters that Go's encoder escapes. Nearly all strings qualify.</summary>
internal static class JsonSafeAscii
{
    /// <summary>Writes text as UTF-8 if it needs no escaping.</summary>
    /// <param name="text">The text.</param>
    /// <param name="utf8">The destination, as long as the text. Its content is undefined if the result is false.</param>
    /// <returns>Whether the text needs no escaping.</returns>
    public static bool TryWrite(ReadOnlySpan<char> text, Span<byte> utf8) =>
        text.Length >= Vector<byte>.Count ? TryWriteVectors(text, utf8) : TryWriteCharacters(text, utf8);

    private static bool TryWriteCharacters(ReadOnlySpan<char> text, Span<byte> utf8)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' or > '\x7f' or '"' or '&' or '<' or '>' or '\\')
            {
                return false;
            }

            utf8[i] = (byte)text[i];
        }

        return true;
    }

    // Most of a response is the password. Narrowing and searching separately would need two passes, so this makes one: it collects the characters that
    // need escaping in two vectors, and checks these after the loop.
    private static bool TryWriteVectors(ReadOnlySpan<char> text, Span<byte> utf8)
    {
        ref var source = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(text));
        ref var target = ref MemoryMarshal.GetReference(utf8);
        var highest = Vector<byte>.Zero;
        var nearest = Vector<byte>.AllBitsSet;
        var last = text.Length - Vector<byte>.Count;
        for (var i = 0; ; i += Vector<byte>.Count)
        {
            // If the length is not a multiple of the vector size, the last vector overlaps the one before it.
            var at = (nuint)Math.Min(i, last);
            var bytes = Vector.NarrowWithSaturation(
                Vector.LoadUnsafe(ref source, at), Vector.LoadUnsafe(ref source, at + (nuint)Vector<ushort>.Count));
            bytes.StoreUnsafe(ref target, at);

            // The subtraction wraps around below ' ', so control characters become as high as non-ASCII ones.
            highest = Vector.Max(highest, bytes - Vector.Create((byte)' '));

            // Zero at each of the five characters: '"' and '&' differ in one bit, and so do '<' and '>'.
            var quoteOrAmpersand = (bytes | Vector.Create((byte)('"' ^ '&'))) ^ Vector.Create((byte)'&');
            var angleBracket = (bytes | Vector.Create((byte)('<' ^ '>'))) ^ Vector.Create((byte)'>');
            var backslash = bytes ^ Vector.Create((byte)'\\');

            // Only one operation depends on the previous iteration; a longer dependency chain would stall.
            nearest = Vector.Min(nearest, Vector.Min(Vector.Min(quoteOrAmpersand, angleBracket), backslash));
            if (i >= last)
            {
                break;
            }
        }

        return !Vector.GreaterThanAny(highest, Vector.Create((byte)('\x7f' - ' '))) && !Vector.EqualsAny(nearest, Vector<byte>.Zero);
    }
}

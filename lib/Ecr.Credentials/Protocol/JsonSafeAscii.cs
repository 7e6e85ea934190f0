using System.Numerics;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Protocol;

/// <summary>Text that is in JSON what it is in memory: ASCII without anything that the kubelet's encoder escapes. Nearly every string is.</summary>
internal static class JsonSafeAscii
{
    /// <summary>Writes text as UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="utf8">Takes the bytes and is as long as the text; what it holds of text that is not plain is of no use.</param>
    /// <returns>Whether the text is plain.</returns>
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

    // A password is most of a response: one pass over it, where narrowing and searching would be two. What is in the way of a text is only
    // gathered, in two vectors, and looked at when it is written.
    private static bool TryWriteVectors(ReadOnlySpan<char> text, Span<byte> utf8)
    {
        ref var source = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(text));
        ref var target = ref MemoryMarshal.GetReference(utf8);
        var highest = Vector<byte>.Zero;
        var nearest = Vector<byte>.AllBitsSet;
        var last = text.Length - Vector<byte>.Count;
        for (var i = 0; ; i += Vector<byte>.Count)
        {
            // The last vector overlaps the one before it where the text ends within.
            var at = (nuint)Math.Min(i, last);
            var bytes = Vector.NarrowWithSaturation(
                Vector.LoadUnsafe(ref source, at), Vector.LoadUnsafe(ref source, at + (nuint)Vector<ushort>.Count));
            bytes.StoreUnsafe(ref target, at);

            // Below ' ' this wraps around, so that control characters are as high as what is not ASCII.
            highest = Vector.Max(highest, bytes - Vector.Create((byte)' '));

            // Zero where there is one of the five: '"' and '&' differ in one bit, and so do '<' and '>'.
            var quoteOrAmpersand = (bytes | Vector.Create((byte)('"' ^ '&'))) ^ Vector.Create((byte)'&');
            var angleBracket = (bytes | Vector.Create((byte)('<' ^ '>'))) ^ Vector.Create((byte)'>');
            var backslash = bytes ^ Vector.Create((byte)'\\');

            // One operation from round to round; a chain of them would be waited for.
            nearest = Vector.Min(nearest, Vector.Min(Vector.Min(quoteOrAmpersand, angleBracket), backslash));
            if (i >= last)
            {
                break;
            }
        }

        return !Vector.GreaterThanAny(highest, Vector.Create((byte)('\x7f' - ' '))) && !Vector.EqualsAny(nearest, Vector<byte>.Zero);
    }
}

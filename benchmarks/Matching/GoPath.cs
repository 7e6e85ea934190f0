using System.Text;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>https://pkg.go.dev/path#Match for names without slashes. A bad pattern matches nothing.</summary>
/// <remarks>Neither <c>?</c> nor <c>\</c> nor <c>^</c> can pass URL parsing as part of a host; they are omitted.</remarks>
internal static class GoPath
{
    public static bool IsMatch(string pattern, string name)
    {
        var isGood = true;
        var isMatch = IsMatch(pattern.AsSpan(), name, ref isGood);
        return isMatch && isGood;
    }

    private static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name, ref bool isGood)
    {
        while (!pattern.IsEmpty)
        {
            var chunkStart = pattern.IndexOfAnyExcept('*');
            if (chunkStart < 0)
            {
                return true;
            }

            var star = chunkStart > 0;
            pattern = pattern[chunkStart..];
            var chunkLength = ChunkLength(pattern);
            var chunk = pattern[..chunkLength];
            pattern = pattern[chunkLength..];

            if (!TryMatchChunk(chunk, ref name, mustEnd: pattern.IsEmpty, star, ref isGood))
            {
                return false;
            }
        }

        return name.IsEmpty;
    }

    private static bool TryMatchChunk(ReadOnlySpan<char> chunk, ref ReadOnlySpan<char> name, bool mustEnd, bool star, ref bool isGood)
    {
        for (var skipped = 0; skipped <= (star ? name.Length : 0); skipped++)
        {
            var rest = name[skipped..];
            if (IsChunkAt(chunk, ref rest, ref isGood) && (!mustEnd || rest.IsEmpty))
            {
                name = rest;
                return true;
            }
        }

        return false;
    }

    private static int ChunkLength(ReadOnlySpan<char> pattern)
    {
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '*' && !inClass)
            {
                return i;
            }

            inClass = pattern[i] == '[' || (inClass && pattern[i] != ']');
        }

        return pattern.Length;
    }

    private static bool IsChunkAt(ReadOnlySpan<char> chunk, ref ReadOnlySpan<char> name, ref bool isGood)
    {
        while (!chunk.IsEmpty)
        {
            if (name.IsEmpty)
            {
                return false;
            }

            if (chunk[0] == '[')
            {
                var code = ReadCodePoint(ref name);
                chunk = chunk[1..];
                var contains = false;
                var items = 0;
                while (chunk.IsEmpty || chunk[0] != ']' || items == 0)
                {
                    if (!TryReadItem(ref chunk, out var low))
                    {
                        isGood = false;
                        return false;
                    }

                    var high = low;
                    if (chunk[0] == '-')
                    {
                        chunk = chunk[1..];
                        if (!TryReadItem(ref chunk, out high))
                        {
                            isGood = false;
                            return false;
                        }
                    }

                    contains |= low <= code && code <= high;
                    items++;
                }

                chunk = chunk[1..];
                if (!contains)
                {
                    return false;
                }
            }
            else
            {
                if (chunk[0] != name[0])
                {
                    return false;
                }

                chunk = chunk[1..];
                name = name[1..];
            }
        }

        return true;
    }

    private static bool TryReadItem(ref ReadOnlySpan<char> chunk, out int code)
    {
        code = 0;
        if (chunk.IsEmpty || chunk[0] is '-' or ']')
        {
            return false;
        }

        var lengthBefore = chunk.Length;
        code = ReadCodePoint(ref chunk);
        var isInvalidByte = code == Rune.ReplacementChar.Value && chunk.Length == lengthBefore - 1;
        return !isInvalidByte && !chunk.IsEmpty;
    }

    private static int ReadCodePoint(ref ReadOnlySpan<char> text)
    {
        var bytes = Encoding.Latin1.GetBytes(text[..Math.Min(4, text.Length)].ToArray());
        var isValid = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done;
        text = text[(isValid ? length : 1)..];
        return rune.Value;
    }
}

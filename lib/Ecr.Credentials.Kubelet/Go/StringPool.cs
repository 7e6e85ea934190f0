using System.Text;

namespace Ecr.Credentials.Kubelet.Go;

/// <summary>Short texts of one document, each kept once: a hostile file repeats one for each of its characters.</summary>
internal sealed class StringPool
{
    private const int MaxLength = 24;

    // What has so many different texts does not repeat them often enough.
    private const int MaxCount = 2000;

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _strings =
        new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public string Get(StringBuilder text)
    {
        if (text.Length > MaxLength)
        {
            return text.ToString();
        }

        Span<char> characters = stackalloc char[MaxLength];
        text.CopyTo(0, characters, text.Length);
        return Get(characters[..text.Length]);
    }

    /// <summary>A text of UTF-8, as <see cref="GoText.Decode"/> reads it.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxLength || !Ascii.IsValid(utf8))
        {
            return GoText.Decode(utf8);
        }

        Span<char> characters = stackalloc char[MaxLength];
        return Get(characters[..Encoding.ASCII.GetChars(utf8, characters)]);
    }

    public string Get(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
        {
            return text.ToString();
        }

        if (!_strings.TryGetValue(text, out var known))
        {
            known = text.ToString();
            _ = _strings.Set.Count < MaxCount && _strings.Set.Add(known);
        }

        return known;
    }
}

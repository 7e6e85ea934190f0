using System.Text;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>The characters of a YAML file, up to the first that YAML 1.1 does not allow.</summary>
/// <remarks>Rules: <see href="https://yaml.org/spec/1.1/#id868524"/>, characters and encoding.</remarks>
internal sealed class YamlText
{
    // libyaml decodes its input in pieces of this many bytes. A bad byte is found when the first character of its piece is wanted, so an
    // error of syntax in front of that piece is found before it.
    private const int PieceLength = 512;

    private YamlText(string text, bool hasByteOrderMark, string? problem, int problemFrom)
    {
        Text = text;
        HasByteOrderMark = hasByteOrderMark;
        Problem = problem;
        ProblemFrom = problemFrom;
    }

    public string Text { get; }

    /// <summary>Whether the file begins with a byte order mark, which <see cref="Text"/> does not hold.</summary>
    public bool HasByteOrderMark { get; }

    /// <summary>What is wrong behind <see cref="Text"/>, as the kubelet words it; null if nothing is.</summary>
    public string? Problem { get; }

    /// <summary>The index of the first character at which the problem is found.</summary>
    public int ProblemFrom { get; }

    public static YamlText Decode(ReadOnlySpan<byte> content)
    {
        var (bom, unit) = content switch
        {
            [0xff, 0xfe, ..] => (2, Utf16(bigEndian: false)),
            [0xfe, 0xff, ..] => (2, Utf16(bigEndian: true)),
            [0xef, 0xbb, 0xbf, ..] => (3, ReadUtf8),
            _ => (0, (CharacterReader)ReadUtf8),
        };

        var text = new StringBuilder(content.Length);
        var pieceStart = 0;
        var offset = bom;
        for (var piece = 0; offset < content.Length; piece = offset / PieceLength)
        {
            if (offset / PieceLength != piece)
            {
                pieceStart = text.Length;
            }

            var problem = unit(content[offset..], out var rune, out var width);
            if (problem is null && !IsAllowed(rune))
            {
                problem = "control characters are not allowed";
            }

            if (problem is not null)
            {
                return new YamlText(text.ToString(), bom > 0, problem, problem.StartsWith("incomplete", StringComparison.Ordinal) ? text.Length : pieceStart);
            }

            GoText.Append(text, rune);
            offset += width;
            if (offset / PieceLength != piece && offset % PieceLength <= 3)
            {
                pieceStart = text.Length;
            }
        }

        return new YamlText(text.ToString(), bom > 0, problem: null, problemFrom: int.MaxValue);
    }

    private delegate string? CharacterReader(ReadOnlySpan<byte> bytes, out Rune rune, out int width);

    private static string? ReadUtf8(ReadOnlySpan<byte> bytes, out Rune rune, out int width)
    {
        rune = default;
        var first = bytes[0];
        width = first switch
        {
            < 0x80 => 1,
            >= 0xc0 and < 0xe0 => 2,
            >= 0xe0 and < 0xf0 => 3,
            >= 0xf0 and < 0xf8 => 4,
            _ => 0,
        };

        if (width == 0)
        {
            return "invalid leading UTF-8 octet";
        }

        if (width > bytes.Length)
        {
            return "incomplete UTF-8 octet sequence";
        }

        var value = width == 1 ? first : first & (0xff >> (width + 1));
        foreach (var b in bytes[1..width])
        {
            if ((b & 0xc0) != 0x80)
            {
                return "invalid trailing UTF-8 octet";
            }

            value = (value << 6) | (b & 0x3f);
        }

        var isShortest = width switch { 1 => true, 2 => value >= 0x80, 3 => value >= 0x800, _ => value >= 0x10000 };
        if (!isShortest)
        {
            return "invalid length of a UTF-8 sequence";
        }

        return Rune.TryCreate(value, out rune) ? null : "invalid Unicode character";
    }

    private static CharacterReader Utf16(bool bigEndian) => (bytes, out rune, out width) =>
    {
        rune = default;
        width = 2;
        if (bytes.Length < 2)
        {
            return "incomplete UTF-16 character";
        }

        var first = Unit(bytes);
        if (char.IsLowSurrogate(first))
        {
            return "unexpected low surrogate area";
        }

        if (!char.IsHighSurrogate(first))
        {
            rune = new Rune(first);
            return null;
        }

        width = 4;
        if (bytes.Length < 4)
        {
            return "incomplete UTF-16 surrogate pair";
        }

        return Rune.TryCreate(first, Unit(bytes[2..]), out rune) ? null : "expected low surrogate area";

        char Unit(ReadOnlySpan<byte> pair) => (char)(bigEndian ? (pair[0] << 8) | pair[1] : (pair[1] << 8) | pair[0]);
    };

    private static bool IsAllowed(Rune rune) => rune.Value is '\t' or '\n' or '\r' or (>= ' ' and <= '~') or 0x85
        or (>= 0xa0 and <= 0xd7ff) or (>= 0xe000 and <= 0xfffd) or >= 0x10000;
}

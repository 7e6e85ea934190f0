using System.Numerics;
using System.Text;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class JsonSafeAsciiTests
{
    // Shorter than a vector, one vector, and several vectors with and without a remainder.
    private static int[] Lengths =>
        [1, 3, Vector<byte>.Count - 1, Vector<byte>.Count, Vector<byte>.Count + 1, 3 * Vector<byte>.Count, (4 * Vector<byte>.Count) - 1];

    [Test]
    public void TryWrite_accepts_empty_text() => Assert.That(JsonSafeAscii.TryWrite("", []), Is.True);

    [TestCaseSource(nameof(Lengths))]
    public void TryWrite_writes_ASCII_as_it_is(int length)
    {
        var text = string.Create(length, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });
        var utf8 = new byte[length];

        Assert.That(JsonSafeAscii.TryWrite(text, utf8), Is.True);
        Assert.That(Encoding.UTF8.GetString(utf8), Is.EqualTo(text));
    }

    [TestCaseSource(nameof(Lengths))]
    public void TryWrite_classifies_every_character_at_every_position(int length)
    {
        var wrong = new List<(char Character, int Position)>();
        var text = Enumerable.Repeat('x', length).ToArray();
        var utf8 = new byte[length];
        for (var position = 0; position < length; position++)
        {
            for (var c = 0; c <= 0x300; c++)
            {
                text[position] = (char)c;
                if (JsonSafeAscii.TryWrite(text, utf8) != IsPlain((char)c))
                {
                    wrong.Add(((char)c, position));
                }
            }

            text[position] = 'x';
        }

        Assert.That(wrong, Is.Empty);
    }

    // Truncated to a byte, many of these characters would look like ASCII.
    [TestCaseSource(nameof(Lengths))]
    public void TryWrite_rejects_everything_that_is_not_ASCII(int length)
    {
        var text = Enumerable.Repeat('x', length).ToArray();
        var wrong = new List<char>();
        for (var c = 0x80; c <= char.MaxValue; c++)
        {
            text[^1] = (char)c;
            if (JsonSafeAscii.TryWrite(text, new byte[length]))
            {
                wrong.Add((char)c);
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    // https://pkg.go.dev/encoding/json#Marshal
    private static bool IsPlain(char c) => c is >= ' ' and <= '\x7f' and not ('"' or '&' or '<' or '>' or '\\');
}

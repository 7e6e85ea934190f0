using System.Numerics;
using System.Text;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class JsonSafeAsciiTests
{
    // Shorter than a vector, one, and several with and without a rest.
    private static int[] Lengths =>
        [1, 3, Vector<byte>.Count - 1, Vector<byte>.Count, Vector<byte>.Count + 1, 3 * Vector<byte>.Count, (4 * Vector<byte>.Count) - 1];

    [Test]
    public void TryWrite_takes_no_text() => Assert.That(JsonSafeAscii.TryWrite("", []), Is.True);

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
    public void TryWrite_tells_every_character_at_every_place(int length)
    {
        var wrong = new List<(char Character, int Place)>();
        var text = Enumerable.Repeat('x', length).ToArray();
        var utf8 = new byte[length];
        for (var place = 0; place < length; place++)
        {
            for (var c = 0; c <= 0x300; c++)
            {
                text[place] = (char)c;
                if (JsonSafeAscii.TryWrite(text, utf8) != IsPlain((char)c))
                {
                    wrong.Add(((char)c, place));
                }
            }

            text[place] = 'x';
        }

        Assert.That(wrong, Is.Empty);
    }

    // Where narrowing would leave something of ASCII.
    [TestCaseSource(nameof(Lengths))]
    public void TryWrite_refuses_all_else_of_UTF_16(int length)
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

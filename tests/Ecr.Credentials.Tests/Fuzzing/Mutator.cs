namespace Ecr.Credentials.Tests.Fuzzing;

/// <summary>Damages samples in ways that parsers fall over.</summary>
/// <param name="random">Decides everything, so that a seed repeats a run.</param>
/// <param name="samples">The inputs to start from. More may be added at any time.</param>
/// <param name="dictionary">What the language of the inputs is made of.</param>
internal sealed class Mutator(Random random, IReadOnlyList<string> samples, IReadOnlyList<string> dictionary)
{
    /// <summary>The length of the longest input.</summary>
    public const int MaxLength = 8192;

    private const string Hostile =
        "\0\t\n\r\u001b \"'\\/%:@[]{}-+.,;=#*?&0919azé\u0085\u00a0\u0661\u200b\u2028\u202e\ufeff\ufffd\ud83d\ude00\ud800\udc80\udcff";

    private readonly int _valid = samples.Count;
    private readonly char[] _text = new char[MaxLength];
    private int _length;

    /// <summary>The next input, valid until the next call.</summary>
    public ReadOnlySpan<char> Next()
    {
        _length = 0;
        Replace(0, 0, PickSample());
        for (var i = random.Next(2) == 0 ? 1 : random.Next(2, 6); i > 0; i--)
        {
            Mutate();
        }

        return _text.AsSpan(0, _length);
    }

    private void Mutate()
    {
        var position = random.Next(_length + 1);
        var rest = _length - position;
        switch (random.Next(10))
        {
            case 0:
                Replace(position, Math.Min(1, rest), [Hostile[random.Next(Hostile.Length)]]);
                break;
            case 1:
                Replace(position, Math.Min(1, rest), [(char)random.Next(random.Next(4) == 0 ? 0x10000 : 0x80)]);
                break;
            case 2:
                Replace(position, random.Next(4) == 0 ? rest : Math.Min(random.Next(20), rest), []);
                break;
            case 3:
                Replace(position, 0, _text.AsSpan(position, Math.Min(random.Next(200), rest)).ToArray());
                break;
            case 4:
                var sample = PickSample();
                var start = random.Next(sample.Length + 1);
                Replace(position, random.Next(rest + 1), sample.AsSpan(start, random.Next(sample.Length - start + 1)));
                break;
            case 5:
                Span<char> run = stackalloc char[random.Next(1, 300)];
                run.Fill(Hostile[random.Next(Hostile.Length)]);
                Replace(position, 0, run);
                break;
            case 6 or 7:
                Replace(position, 0, Pick(dictionary));
                break;
            case 8:
                Replace(position, Math.Min(random.Next(20), rest), Pick(dictionary));
                break;
            default:
                var digit = _text.AsSpan(position, rest).IndexOfAnyInRange('0', '9');
                Replace(digit < 0 ? position : position + digit, digit < 0 ? 0 : 1, [(char)('0' + random.Next(10))]);
                break;
        }
    }

    // Half of the inputs are made of the first samples, so that those that are added do not outnumber the valid ones.
    private string PickSample() => samples[random.Next(random.Next(2) == 0 ? _valid : samples.Count)];

    private string Pick(IReadOnlyList<string> texts) => texts[random.Next(texts.Count)];

    // What does not fit is cut off at the end.
    private void Replace(int position, int removed, ReadOnlySpan<char> inserted)
    {
        inserted = inserted[..Math.Min(inserted.Length, MaxLength - position)];
        var moved = Math.Min(_length - position - removed, MaxLength - position - inserted.Length);
        _text.AsSpan(position + removed, moved).CopyTo(_text.AsSpan(position + inserted.Length));
        inserted.CopyTo(_text.AsSpan(position));
        _length = position + inserted.Length + moved;
    }
}

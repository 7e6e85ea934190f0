using System.Diagnostics;
using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tests.Fuzzing;

/// <summary>
/// Runs a target with damaged samples. An input that is refused with a message of a new shape becomes a sample, so that later ones get further.
/// </summary>
internal sealed class Fuzzer(FuzzTarget target, int seed)
{
    private const int MaxSamples = 1000;
    private const int MaxMessageLength = 2500;
    private const long MaxAllocation = 16 << 20;

    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(10);

    private readonly List<string> _samples = [.. target.Samples];
    private readonly HashSet<ulong> _shapes = [];

    public long Accepted { get; private set; }

    public long Refused { get; private set; }

    public int Shapes => _shapes.Count;

    public TimeSpan Longest { get; private set; }

    /// <summary>Executes the samples themselves, then damaged ones.</summary>
    /// <exception cref="FuzzException">An input has failed. The message shows it.</exception>
    public void Run(long executions)
    {
        foreach (var sample in target.Samples)
        {
            Execute(sample, "sample");
        }

        var mutator = new Mutator(new Random(seed), _samples, target.Dictionary);
        for (var i = 0L; i < executions; i++)
        {
            Execute(mutator.Next(), i);
        }
    }

    private void Execute(ReadOnlySpan<char> input, object execution)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var message = Parse(input);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            var elapsed = Stopwatch.GetElapsedTime(start);
            Longest = elapsed > Longest ? elapsed : Longest;
            FuzzException.ThrowIf(elapsed > MaxDuration, $"took {elapsed}");
            FuzzException.ThrowIf(allocated > MaxAllocation, $"allocated {allocated} bytes");
            Count(input, message);
        }
        catch (Exception e)
        {
            throw new FuzzException($"{target.Name}, seed {seed}, execution {execution}: {e}\nInput: {FuzzText.ToLiteral(input)}");
        }
    }

    private string? Parse(ReadOnlySpan<char> input)
    {
        try
        {
            return target.Parse(input);
        }
        catch (Exception e) when (target.Exceptions.Contains(e.GetType()))
        {
            return e.Message;
        }
    }

    private void Count(ReadOnlySpan<char> input, string? message)
    {
        if (message is null)
        {
            Accepted++;
            return;
        }

        Refused++;
        CheckMessage(message);
        if (_shapes.Add(ShapeOf(message)) && _samples.Count < MaxSamples)
        {
            _samples.Add(input.ToString());
        }
    }

    /// <summary>A message is one line of limited length without characters that change how it is read.</summary>
    private static void CheckMessage(string message)
    {
        FuzzException.ThrowIf(message.Length is 0 or > MaxMessageLength, $"a message of {message.Length} characters");
        foreach (var c in message)
        {
            // An ASCII character is clean if it is printable.
            var isClean = c < '\x80'
                ? c is >= ' ' and not '\x7f'
                : !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\u2028' or '\u2029') && char.GetUnicodeCategory(c) != UnicodeCategory.Format;
            FuzzException.ThrowIf(!isClean, $"the message is not one clean line: {message}");
        }
    }

    // The message without what it repeats of the input: numbers, and everything from the first quote to the last.
    private static ulong ShapeOf(ReadOnlySpan<char> message)
    {
        var hash = new Fnv1a64();
        var quote = message.IndexOf('"');
        Add(ref hash, quote < 0 ? message : message[..quote]);
        Add(ref hash, quote < 0 ? [] : message[message.LastIndexOf('"')..]);
        return hash.Value;
    }

    private static void Add(ref Fnv1a64 hash, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                hash.Add([c]);
            }
        }
    }
}

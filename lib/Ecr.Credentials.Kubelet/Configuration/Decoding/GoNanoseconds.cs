using System.Buffers;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>
/// Durations in nanoseconds, with Go's error messages. The kubelet's validation distinguishes durations that <see cref="GoDuration"/> truncates to the
/// same <see cref="TimeSpan"/>.
/// </summary>
internal static class GoNanoseconds
{
    private const ulong Limit = 1UL << 63;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create(".0123456789");

    /// <summary>Reads a duration as <see href="https://pkg.go.dev/time#ParseDuration"/> does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="nanoseconds">The duration.</param>
    /// <returns>What is wrong, in Go's words; null if nothing is.</returns>
    public static string? Parse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        var invalid = $"time: invalid duration {GoText.QuoteBytes(text)}";
        var rest = text.AsSpan(text is ['-' or '+', ..] ? 1 : 0);
        if (rest is "0")
        {
            return null;
        }

        if (rest.IsEmpty)
        {
            return invalid;
        }

        UInt128 total = 0;
        while (!rest.IsEmpty)
        {
            var whole = ReadDigits(ref rest);
            var fraction = ReadOnlySpan<char>.Empty;
            if (rest is ['.', ..])
            {
                rest = rest[1..];
                fraction = ReadDigits(ref rest);
            }

            if (whole.IsEmpty && fraction.IsEmpty)
            {
                return invalid;
            }

            if (!GoDuration.TryReadWhole(whole, out var value))
            {
                return invalid;
            }

            var length = rest.IndexOfAny(NumberCharacters);
            var unitName = length < 0 ? rest : rest[..length];
            rest = rest[unitName.Length..];
            if (unitName.IsEmpty)
            {
                return $"time: missing unit in duration {GoText.QuoteBytes(text)}";
            }

            var unit = GoDuration.FindUnit(unitName);
            if (unit == 0)
            {
                return $"time: unknown unit {GoText.QuoteBytes(unitName)} in duration {GoText.QuoteBytes(text)}";
            }

            total += ((UInt128)value * unit) + GoDuration.ReadFraction(fraction, unit);
            if (value > Limit / unit || total > Limit)
            {
                return invalid;
            }
        }

        if (total == Limit && text[0] != '-')
        {
            return invalid;
        }

        nanoseconds = text[0] == '-' ? (long)-(Int128)total : (long)total;
        return null;
    }

    private static ReadOnlySpan<char> ReadDigits(scoped ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits;
    }
}

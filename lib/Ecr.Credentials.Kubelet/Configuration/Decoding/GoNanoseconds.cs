using System.Buffers;
using System.Globalization;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>
/// Durations in nanoseconds, with Go's error messages. The kubelet's validation distinguishes durations that <see cref="GoDuration"/> truncates to the
/// same <see cref="TimeSpan"/>.
/// </summary>
internal static class GoNanoseconds
{
    private const ulong Limit = 1UL << 63;
    private const long PerSecond = 1_000_000_000;

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

    /// <summary>The text as <see href="https://pkg.go.dev/time#Duration.String"/> writes it.</summary>
    public static string Format(long nanoseconds)
    {
        var magnitude = nanoseconds < 0 ? (ulong)-(Int128)nanoseconds : (ulong)nanoseconds;
        var sign = nanoseconds < 0 ? "-" : "";
        switch (magnitude)
        {
            case 0:
                return "0s";
            case < 1_000:
                return $"{sign}{Decimal(magnitude, 1)}ns";
            case < 1_000_000:
                return $"{sign}{Decimal(magnitude, 1_000)}µs";
            case < (ulong)PerSecond:
                return $"{sign}{Decimal(magnitude, 1_000_000)}ms";
            case var value:
                var minutes = value / (ulong)PerSecond / 60;
                var seconds = Decimal(value - (minutes * 60 * (ulong)PerSecond), (ulong)PerSecond);
                return minutes switch
                {
                    0 => $"{sign}{seconds}s",
                    < 60 => $"{sign}{minutes}m{seconds}s",
                    _ => $"{sign}{minutes / 60}h{minutes % 60}m{seconds}s",
                };
        }
    }

    private static string Decimal(ulong value, ulong unit) => ((decimal)value / unit).ToString("0.#########", CultureInfo.InvariantCulture);

    private static ReadOnlySpan<char> ReadDigits(scoped ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits;
    }
}

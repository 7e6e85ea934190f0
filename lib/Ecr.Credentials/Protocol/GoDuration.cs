using System.Runtime.CompilerServices;
using System.Text;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>
/// Formats and parses durations as Go does, such as <c>6h0m0s</c> or <c>1.5s</c>: the format of all durations in the kubelet's API and configuration.
/// </summary>
/// <remarks>
/// The rules are those of <see href="https://pkg.go.dev/time#ParseDuration"/>. Go's resolution is 1 ns; values are truncated to the 100 ns of a
/// <see cref="TimeSpan"/>. Thread-safe.
/// </remarks>
public static class GoDuration
{
    private const ulong Nanosecond = 1;
    private const ulong Microsecond = 1_000 * Nanosecond;
    private const ulong Millisecond = 1_000 * Microsecond;
    private const ulong Second = 1_000 * Millisecond;
    private const ulong Minute = 60 * Second;
    private const ulong Hour = 60 * Minute;

    /// <summary>The length in UTF-8 of the longest text, <c>-2562047h47m16.854775808s</c>.</summary>
    internal const int MaxLength = 25;

    // The magnitude of the smallest 64-bit integer, which is valid only with a minus sign.
    private const ulong MinMagnitude = 1UL << 63;

    /// <summary>Parses a duration.</summary>
    /// <param name="text">
    /// An optional sign, then <c>0</c> or numbers with units: <c>ns</c>, <c>us</c>, <c>µs</c>, <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>.
    /// </param>
    /// <returns>The duration.</returns>
    /// <exception cref="FormatException">The text is not a Go duration, or is outside of ±2562047h47m16.854775807s.</exception>
    public static TimeSpan Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var duration)
            ? duration
            : throw new FormatException($"{MessageText.Quote(text)} is not a duration. Write numbers with units, such as 30s, 1m30s or 12h.");

    /// <summary>Parses a duration without throwing.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="duration">The duration, or zero if the text is not valid.</param>
    /// <returns><see langword="true"/> if the text is a valid duration.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var negative = text is ['-', ..];
        var rest = text is ['-' or '+', ..] ? text[1..] : text;
        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        var total = 0UL;
        while (!rest.IsEmpty)
        {
            if (!TryReadPart(ref rest, out var part))
            {
                return false;
            }

            total += part;
            if (total > MinMagnitude)
            {
                return false;
            }
        }

        if (total == MinMagnitude && !negative)
        {
            return false;
        }

        var ticks = (long)(total / (ulong)TimeSpan.NanosecondsPerTick);
        duration = new TimeSpan(negative ? -ticks : ticks);
        return true;
    }

    /// <summary>Formats a duration as Go does: <c>0s</c>, <c>1.5ms</c>, <c>1m0s</c>, <c>6h0m0s</c>.</summary>
    /// <param name="duration">The duration, within ±2562047h47m16.854775807s.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The duration is outside of Go's range.</exception>
    public static string Format(TimeSpan duration)
    {
        Span<byte> utf8 = stackalloc byte[MaxLength];
        return Encoding.UTF8.GetString(utf8[..Format(duration, utf8)]);
    }

    /// <summary>Formats a duration as UTF-8 into a buffer of at least <see cref="MaxLength"/> bytes and returns the number of bytes written.</summary>
    internal static int Format(TimeSpan duration, Span<byte> utf8)
    {
        var magnitude = duration.Ticks < 0 ? (ulong)-(Int128)duration.Ticks : (ulong)duration.Ticks;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magnitude, (ulong)(long.MaxValue / TimeSpan.NanosecondsPerTick), nameof(duration));

        return Format(magnitude * (ulong)TimeSpan.NanosecondsPerTick, duration < TimeSpan.Zero, utf8);
    }

    /// <summary>Formats a duration in nanoseconds, which can be finer than a <see cref="TimeSpan"/>.</summary>
    internal static string FormatNanoseconds(long nanoseconds)
    {
        Span<byte> utf8 = stackalloc byte[MaxLength];
        var magnitude = nanoseconds < 0 ? (ulong)-(Int128)nanoseconds : (ulong)nanoseconds;
        return Encoding.UTF8.GetString(utf8[..Format(magnitude, nanoseconds < 0, utf8)]);
    }

    private static int Format(ulong nanoseconds, bool isNegative, Span<byte> utf8)
    {
        var text = new Utf8Builder(utf8);
        if (isNegative)
        {
            text.Write("-"u8);
        }

        switch (nanoseconds)
        {
            case 0:
                text.Write("0s"u8);
                break;
            case < Microsecond:
                text.Write(nanoseconds, Nanosecond, "ns"u8);
                break;
            case < Millisecond:
                text.Write(nanoseconds, Microsecond, "\u00b5s"u8);
                break;
            case < Second:
                text.Write(nanoseconds, Millisecond, "ms"u8);
                break;
            default:
                if (nanoseconds >= Hour)
                {
                    text.Write(nanoseconds / Hour, 1, "h"u8);
                }

                if (nanoseconds >= Minute)
                {
                    text.Write(nanoseconds % Hour / Minute, 1, "m"u8);
                }

                text.Write(nanoseconds % Minute, Second, "s"u8);
                break;
        }

        return text.Length;
    }

    /// <summary>Parses digits; fails above 2^63.</summary>
    internal static bool TryReadWhole(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (value > MinMagnitude / 10)
            {
                return false;
            }

            value = (value * 10) + (ulong)(digit - '0');
            if (value > MinMagnitude)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The nanoseconds of the digits after the decimal point.</summary>
    internal static ulong ReadFraction(ReadOnlySpan<char> digits, ulong unit)
    {
        // Go ignores further digits once the value no longer fits in 63 bits, and multiplies in floating point.
        var value = 0UL;
        var scale = 1.0;
        foreach (var digit in digits)
        {
            if (value > (MinMagnitude - 1) / 10)
            {
                break;
            }

            var next = (value * 10) + (ulong)(digit - '0');
            if (next > MinMagnitude)
            {
                break;
            }

            value = next;
            scale *= 10;
        }

        return (ulong)(value * (unit / scale));
    }

    /// <summary>The nanoseconds of a unit; zero if it is unknown.</summary>
    internal static ulong FindUnit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => Nanosecond,
        "us" or "\u00b5s" or "\u03bcs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => 0,
    };

    private static bool TryReadPart(ref ReadOnlySpan<char> text, out ulong nanoseconds)
    {
        nanoseconds = 0;
        var wholeLength = CountDigits(text);
        if (!TryReadWhole(text[..wholeLength], out var whole))
        {
            return false;
        }

        text = text[wholeLength..];
        var fraction = ReadOnlySpan<char>.Empty;
        if (text is ['.', ..])
        {
            fraction = text[1..(1 + CountDigits(text[1..]))];
            text = text[(1 + fraction.Length)..];
        }

        if (wholeLength == 0 && fraction.IsEmpty)
        {
            return false;
        }

        var unit = ReadUnit(ref text);
        if (unit == 0 || whole > MinMagnitude / unit)
        {
            return false;
        }

        nanoseconds = (whole * unit) + ReadFraction(fraction, unit);
        return nanoseconds <= MinMagnitude;
    }

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static ulong ReadUnit(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && text[length] != '.' && !char.IsAsciiDigit(text[length]))
        {
            length++;
        }

        var name = text[..length];
        text = text[name.Length..];
        return FindUnit(name);
    }

    private ref struct Utf8Builder(Span<byte> utf8)
    {
        private readonly Span<byte> _utf8 = utf8;

        public int Length { get; private set; }

        public void Write(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_utf8[Length..]);
            Length += text.Length;
        }

        /// <summary>Writes a value in a unit, with as many decimals as needed.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // With a constant unit, the compiler removes the divisions.
        public void Write(ulong value, ulong unit, ReadOnlySpan<byte> name)
        {
            WriteWhole(value / unit);
            WriteFraction(value % unit, unit);
            Write(name);
        }

        private void WriteWhole(ulong value)
        {
            if (value > 9)
            {
                WriteWhole(value / 10);
            }

            _utf8[Length++] = (byte)('0' + (value % 10));
        }

        private void WriteFraction(ulong rest, ulong unit)
        {
            for (var isFirst = true; rest > 0; isFirst = false)
            {
                rest *= 10;
                Write(isFirst ? "."u8 : ""u8);
                _utf8[Length++] = (byte)('0' + (rest / unit));
                rest %= unit;
            }
        }
    }
}

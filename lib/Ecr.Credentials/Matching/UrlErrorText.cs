using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Matching;

/// <summary>Error messages for the person who wrote a pattern.</summary>
internal static class UrlErrorText
{
    private const int MaxQuotedLength = 200;

    /// <param name="text">The pattern.</param>
    /// <param name="fault">What is wrong with it.</param>
    /// <param name="position">Where, counted from 0.</param>
    public static string For(ReadOnlySpan<char> text, UrlError fault, int position)
    {
        var rest = text[position..];
        var offender = Quote(rest[..Math.Min(rest.Length, OffenderLength(rest, fault))]);
        var explanation = fault switch
        {
            UrlError.ControlCharacter =>
                $"{offender} is a control character. Remove it",
            UrlError.UserinfoCharacter =>
                "this character may not stand before '@'. Remove the text up to '@'; a digest needs a '/' before it",
            UrlError.HostCharacter =>
                $"{offender} may not stand in a host. Remove it; the only wildcard is '*'",
            UrlError.Escape =>
                $"{offender} is no percent escape. Write '%25' for a percent sign",
            UrlError.HostEscape =>
                $"{offender} may not be escaped in a host. Write the character itself",
            UrlError.Port =>
                $"{offender} is no port. Write digits only, without wildcard, and a tag only behind a path",
            UrlError.BracketInsideHost =>
                $"{offender} may stand only at the start of an IPv6 address. Remove it; the only wildcard is '*'",
            UrlError.BracketNotClosed =>
                $"{offender} has no ']'. Close the IPv6 address",
            UrlError.NotAnIPv6Address =>
                $"{offender} is no IPv6 address. Write one, with a zone as '%25zone'; the only wildcard is '*'",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "Not a fault."),
        };

        return string.Create(
            CultureInfo.InvariantCulture,
            $"The image pattern {QuoteWithoutPassword(text)} is not valid at position {position}: {explanation}.");
    }

    private static int OffenderLength(ReadOnlySpan<char> rest, UrlError fault) => fault switch
    {
        UrlError.Escape or UrlError.HostEscape => 3,
        UrlError.Port => EndOrLength(rest, rest.IndexOfAny("/?#")),
        UrlError.NotAnIPv6Address => EndOrLength(rest, rest.LastIndexOf(']')),
        _ => char.IsHighSurrogate(rest[0]) ? 2 : 1,
    };

    private static int EndOrLength(ReadOnlySpan<char> text, int end) => end < 0 ? text.Length : end;

    // "user:password@host" is valid in a URL, so a pattern can hold one.
    private static string QuoteWithoutPassword(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny("/?#");
        var at = text[..EndOrLength(text, end)].LastIndexOf('@');
        var colon = at < 0 ? -1 : text[..at].IndexOf(':');
        return colon < 0 ? Quote(text) : Quote($"{text[..colon]}:***{text[at..]}");
    }

    private static string Quote(ReadOnlySpan<char> text)
    {
        StringBuilder quoted = new("'");
        foreach (var rune in text[..Math.Min(text.Length, MaxQuotedLength)].EnumerateRunes())
        {
            _ = Rune.IsControl(rune)
                ? quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}")
                : quoted.Append(rune.ToString());
        }

        return quoted.Append(text.Length > MaxQuotedLength ? "...'" : "'").ToString();
    }
}

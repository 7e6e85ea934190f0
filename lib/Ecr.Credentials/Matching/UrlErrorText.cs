using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Matching;

/// <summary>The error messages for patterns that are not valid.</summary>
internal static class UrlErrorText
{
    /// <param name="text">The pattern.</param>
    /// <param name="fault">What is wrong with it.</param>
    /// <param name="position">The zero-based position of the error.</param>
    public static string For(ReadOnlySpan<char> text, UrlError fault, int position)
    {
        var rest = text[position..];
        var offender = MessageText.Quote(rest[..Math.Min(rest.Length, OffenderLength(rest, fault))]);
        var explanation = fault switch
        {
            UrlError.ControlCharacter =>
                $"{offender} is a control character. Remove it",
            UrlError.UserinfoCharacter =>
                "this character is not allowed before \"@\". Remove everything up to the \"@\"; a digest needs a \"/\" before it",
            UrlError.HostCharacter =>
                $"{offender} is not allowed in a host. Remove it; the only wildcard is \"*\"",
            UrlError.Escape =>
                $"{offender} is not a valid percent-escape. Write \"%25\" for a percent sign",
            UrlError.HostEscape =>
                $"{offender} is not allowed in a host. Write the character unescaped",
            UrlError.Port =>
                $"{offender} is not a valid port. Use digits only, without wildcards; a tag is allowed only after a path",
            UrlError.BracketInsideHost =>
                $"{offender} is allowed only at the start of an IPv6 address. Remove it; the only wildcard is \"*\"",
            UrlError.BracketNotClosed =>
                $"{offender} has no matching \"]\". Close the IPv6 address",
            UrlError.NotAnIPv6Address =>
                $"{offender} is not a valid IPv6 address. Write a zone as \"%25zone\"; the only wildcard is \"*\"",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "There is no text for this error."),
        };

        return string.Create(
            CultureInfo.InvariantCulture,
            $"the image pattern {QuoteWithoutPassword(text)} is not valid at position {position}: {explanation}.");
    }

    private static int OffenderLength(ReadOnlySpan<char> rest, UrlError fault) => fault switch
    {
        UrlError.Escape or UrlError.HostEscape => 3,
        UrlError.Port => EndOrLength(rest, rest.IndexOfAny("/?#")),
        UrlError.NotAnIPv6Address => EndOrLength(rest, rest.LastIndexOf(']')),
        _ => char.IsHighSurrogate(rest[0]) ? 2 : 1,
    };

    private static int EndOrLength(ReadOnlySpan<char> text, int end) => end < 0 ? text.Length : end;

    // A URL can contain "user:password@host", so a pattern can contain a password.
    private static string QuoteWithoutPassword(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny("/?#");
        var at = text[..EndOrLength(text, end)].LastIndexOf('@');
        var colon = at < 0 ? -1 : text[..at].IndexOf(':');
        return MessageText.Quote(colon < 0 ? text : $"{text[..colon]}:***{text[at..]}");
    }
}

using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Text;

/// <summary>Makes text that came from outside safe to show in a message: one line, short, quoted.</summary>
internal static class MessageText
{
    private const int QuotedLength = 120;
    private const int SentenceLength = 400;

    // Longer than any name, ARN path segment or host a person must act on, shorter than any password or session token of AWS.
    private const int WordLength = 160;

    /// <summary>The value in double quotes, control characters escaped, cut after 120 characters.</summary>
    public static string Quote(ReadOnlySpan<char> value)
    {
        var text = new StringBuilder(Math.Min(value.Length, QuotedLength) + 8).Append('"');
        var shown = value.Length <= QuotedLength ? value : value[..QuotedLength];
        foreach (var c in shown)
        {
            AppendVisible(text, c);
        }

        if (shown.Length < value.Length)
        {
            text.Append(CultureInfo.InvariantCulture, $"… ({value.Length} characters)");
        }

        return text.Append('"').ToString();
    }

    /// <summary>
    /// A sentence that somebody else wrote, on one line and at most 400 characters long. A very long word is left out, because it may be a token.
    /// </summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + word.Length > SentenceLength)
            {
                return line.Append('…').ToString();
            }

            if (line.Length > 0)
            {
                line.Append(' ');
            }

            if (word.Length > WordLength)
            {
                line.Append('…');
                continue;
            }

            foreach (var c in word)
            {
                AppendVisible(line, c);
            }
        }

        return line.ToString();
    }

    /// <summary>Scheme, host and port of an address. User info, path and query may be secrets.</summary>
    public static string Address(Uri address) => address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static void AppendVisible(StringBuilder text, char c)
    {
        if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029')
        {
            text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }
        else
        {
            text.Append(c);
        }
    }
}

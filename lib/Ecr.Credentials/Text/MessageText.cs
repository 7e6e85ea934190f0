using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Text;

/// <summary>Makes foreign text safe to include in a message: short, on one line, with control characters escaped.</summary>
internal static class MessageText
{
    private const int QuotedLength = 120;
    private const int SentenceLength = 400;

    // Longer than any name, ARN path segment or host that a message needs to show, shorter than any ECR password or AWS session token.
    private const int WordLength = 160;

    // Shorter text may be part of any word, and is not a secret of AWS.
    private const int MinSecretLength = 8;

    /// <summary>Returns the value in double quotes, with control characters escaped, truncated to 120 characters.</summary>
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

    /// <summary>Returns a name or path as it is, or quoted if it contains control characters.</summary>
    public static string Name(string value) => value.Any(IsInvisible) ? Quote(value) : value;

    /// <summary>
    /// Returns a foreign message on one line, truncated to about 400 characters. Words longer than 160 characters are omitted, because they may be tokens.
    /// </summary>
    /// <param name="text">The message.</param>
    /// <param name="secrets">What is omitted, as it is and as it is written in URLs and JSON. Elements may be <see langword="null"/>.</param>
    public static string OneLine(string text, IReadOnlyList<string?>? secrets = null)
    {
        var line = new StringBuilder();
        foreach (var word in Redact(text, secrets ?? []).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
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

            // What is escaped is longer than the word.
            if (line.Length > SentenceLength)
            {
                line.Length = SentenceLength;
                return line.Append('…').ToString();
            }
        }

        return line.ToString();
    }

    /// <summary>Returns a path or name with control characters escaped, truncated to 400 characters, to be shown without quotes.</summary>
    public static string Path(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var c in path.AsSpan(0, Math.Min(path.Length, SentenceLength)))
        {
            AppendVisible(text, c);
        }

        if (path.Length <= SentenceLength && text.Length <= SentenceLength)
        {
            return text.ToString();
        }

        text.Length = Math.Min(text.Length, SentenceLength);
        return text.Append('…').ToString();
    }

    /// <summary>Scheme, host and port of an address. User info, path and query may be secrets.</summary>
    public static string Address(Uri address) => address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static string Redact(string text, IReadOnlyList<string?> secrets)
    {
        foreach (var secret in secrets)
        {
            if (secret is { Length: >= MinSecretLength })
            {
                foreach (var form in (string[])[secret, Uri.EscapeDataString(secret), JsonEncodedText.Encode(secret).Value])
                {
                    text = text.Replace(form, "…", StringComparison.Ordinal);
                }
            }
        }

        return text;
    }

    // Format characters, such as those that change the direction of writing, make text look like another.
    private static bool IsInvisible(char c) =>
        char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format || c is '\u2028' or '\u2029';

    private static void AppendVisible(StringBuilder text, char c)
    {
        if (IsInvisible(c))
        {
            text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }
        else
        {
            text.Append(c);
        }
    }
}

using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Systemd;

/// <summary>Splits text into words as systemd does.</summary>
/// <remarks>Rules: <see href="https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html#Quoting"/>.</remarks>
internal static class SystemdWords
{
    /// <summary>The words without their quotes and escapes.</summary>
    /// <param name="text">One line.</param>
    /// <param name="keepsUnknownEscapes">Whether a backslash before another character stays, as in the value of a variable.</param>
    public static IReadOnlyList<string> Split(string text, bool keepsUnknownEscapes = false)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                word ??= new StringBuilder();
                i += Unescape(text.AsSpan(i + 1), word, keepsUnknownEscapes);
            }
            else if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
                _ = quote == '\0' ? word : word!.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                word ??= new StringBuilder();
            }
            else if (!char.IsWhiteSpace(c))
            {
                word = (word ?? new StringBuilder()).Append(c);
            }
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    /// <summary>A word as it is written in a command line.</summary>
    public static string Quote(string word)
    {
        var escaped = word
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal)
            .Replace("$", "$$", StringComparison.Ordinal);
        return word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\' or ';') ? escaped : $"\"{escaped}\"";
    }

    // Returns how many characters belong to the escape, without the backslash.
    private static int Unescape(ReadOnlySpan<char> rest, StringBuilder word, bool keepsUnknown)
    {
        if (rest.Length >= 3 && rest[0] == 'x' && int.TryParse(rest[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            word.Append((char)code);
            return 3;
        }

        var c = rest[0] switch { 'n' => '\n', 't' => '\t', 's' => ' ', 'r' => '\r', '\\' => '\\', '"' => '"', '\'' => '\'', _ => '\0' };
        if (c != '\0')
        {
            word.Append(c);
        }
        else
        {
            _ = keepsUnknown ? word.Append('\\').Append(rest[0]) : word.Append(rest[0]);
        }

        return 1;
    }
}

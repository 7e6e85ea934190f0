using System.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Systemd;

/// <summary>A file of variables for a systemd unit.</summary>
/// <remarks>Rules: <see href="https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile="/>.</remarks>
internal static class EnvironmentFile
{
    /// <summary>The assignments in their order.</summary>
    public static IEnumerable<EnvironmentAssignment> Read(string text)
    {
        var position = 0;
        for (var line = 1; position < text.Length;)
        {
            var start = position;
            var firstLine = line;
            var end = LogicalLineEnd(text, start, ref line);
            position = end + 1;
            line++;
            var content = text[start..end];
            var trimmed = content.TrimStart();
            var equals = trimmed.IndexOf('=', StringComparison.Ordinal);
            if (trimmed.Length == 0 || trimmed[0] is '#' or ';' || equals <= 0)
            {
                continue;
            }

            yield return new EnvironmentAssignment(trimmed[..equals].Trim(), Unquote(trimmed[(equals + 1)..].Trim()), firstLine, start, end);
        }
    }

    /// <summary>The text with a variable set: its last assignment is replaced, or a line appended.</summary>
    public static string Set(string text, string name, string value)
    {
        var assignment = $"{name}={Quote(value)}";
        if (Read(text).LastOrDefault(candidate => candidate.Name == name) is { } existing)
        {
            return string.Concat(text.AsSpan(0, existing.Start), assignment, text.AsSpan(existing.End));
        }

        // A backslash at the end would join the new line to the last one.
        var appended = text.Length == 0 || text.EndsWith('\n') ? $"{text}{assignment}\n" : $"{text}\n{assignment}\n";
        return Read(appended).LastOrDefault()?.Name == name ? appended : $"{text}\n\n{assignment}\n";
    }

    private static string Quote(string value) =>
        value.Length > 0 && !value.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\' or '$' or '`' or '#' or ';')
            ? value
            : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("$", "\\$", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}\"";

    // A backslash before the line break, or an open quote, continues a line; a comment is not continued.
    private static int LogicalLineEnd(string text, int start, ref int line)
    {
        var quote = '\0';
        var isComment = false;
        var hasContent = false;
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n')
            {
                if (quote == '\0')
                {
                    return i;
                }

                line++;
            }
            else if (isComment)
            {
                continue;
            }
            else if (!hasContent && c is '#' or ';')
            {
                isComment = true;
            }
            else if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                i++;
                line += text[i] == '\n' ? 1 : 0;
            }
            else if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }

            hasContent |= !char.IsWhiteSpace(c);
        }

        return text.Length;
    }

    private static string Unquote(string text)
    {
        var value = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                i++;

                // Between double quotes only these are escapes, as in a shell.
                if (quote == '"' && text[i] is not ('"' or '\\' or '$' or '`' or '\n'))
                {
                    value.Append('\\');
                }

                _ = text[i] == '\n' ? value : value.Append(text[i]);
            }
            else if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
            }
            else
            {
                value.Append(c);
            }
        }

        return value.ToString();
    }
}

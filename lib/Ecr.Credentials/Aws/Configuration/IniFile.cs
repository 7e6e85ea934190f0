using System.Globalization;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>An AWS config or credentials file, parsed into sections: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html"/>.</summary>
/// <remarks>
/// Accepts what the AWS CLI or the Go SDK accepts: the later of two equal settings wins, sections of the same name are merged, a colon may separate key
/// and value, and an indented line continues a value unless it is a setting itself. An invalid line is an error of its section only, because other
/// tools keep settings of their own in these files.
/// </remarks>
internal sealed class IniFile
{
    private readonly Dictionary<string, IniSection> _sections = new(StringComparer.Ordinal);

    private IniFile()
    {
    }

    public static IniFile Empty { get; } = new();

    /// <summary>What is wrong with the first line that belongs to no section, such as <c>line 1 is before the first section</c>.</summary>
    public string? Error { get; private set; }

    /// <summary>
    /// Parses a file. Errors are in <see cref="Error"/> and <see cref="IniSection.Error"/>: they name a line's number and never repeat the line.
    /// </summary>
    public static IniFile Parse(ReadOnlySpan<char> text)
    {
        var file = new IniFile();
        IniSection? section = null;
        string? key = null;
        var number = 0;
        while (!text.IsEmpty)
        {
            number++;
            var line = CutLine(ref text);
            var content = line.Trim().Trim('\0');
            if (content.IsEmpty || content[0] is '#' or ';')
            {
                continue;
            }

            if (content[0] == '[')
            {
                section = file.Open(content, number);
                key = null;
            }
            else if (section is null)
            {
                file.Error ??= At(number, "is not in a section");
            }
            else
            {
                key = ReadSetting(section, key, line, content, number);
            }
        }

        return file;
    }

    /// <param name="name">The text between the brackets.</param>
    public IniSection? Find(string name) => _sections.GetValueOrDefault(name);

    // Other characters that Unicode calls line breaks occur in values.
    private static ReadOnlySpan<char> CutLine(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny('\r', '\n');
        var line = end < 0 ? text : text[..end];
        var next = end < 0 ? text.Length : text[end..].StartsWith("\r\n") ? end + 2 : end + 1;
        text = text[next..];
        return line;
    }

    /// <returns>The key that indented lines may continue.</returns>
    private static string? ReadSetting(IniSection section, string? key, ReadOnlySpan<char> line, ReadOnlySpan<char> content, int number)
    {
        var separator = content.IndexOfAny('=', ':');
        if (key is not null && char.IsWhiteSpace(line[0]))
        {
            if (section.Settings[key].Length == 0)
            {
                // Nothing that is read has nested settings, except endpoints, so a line that is not a setting does no harm.
                if (separator > 0)
                {
                    section.Set(IniSection.NestedKey(key, content[..separator].TrimEnd().ToString()), content[(separator + 1)..].TrimStart().ToString());
                }

                return key;
            }

            if (separator < 0 || content[separator] != '=' || !IsPlainKey(content[..separator].TrimEnd()))
            {
                section.Continue(key, content);
                return key;
            }
        }

        if (separator <= 0)
        {
            section.Fail(At(number, "is not a setting"));
            return null;
        }

        key = content[..separator].TrimEnd().ToString();
        section.Set(key, content[(separator + 1)..].TrimStart().ToString());
        return key;
    }

    // An option such as --role=x in the second line of a command is not a setting.
    private static bool IsPlainKey(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
            {
                return false;
            }
        }

        return text.Length > 0 && char.IsAsciiLetter(text[0]);
    }

    private static string At(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"line {number} {what}");

    private static string ParseName(ReadOnlySpan<char> name)
    {
        name = name.Trim();
        var space = name.IndexOfAny(' ', '\t');
        if (space < 0)
        {
            return name.ToString();
        }

        // Exactly one space between kind and name, as in "profile x". The AWS CLI writes names that contain spaces in quotes.
        var bare = name[space..].TrimStart();
        if (bare.Length >= 2 && bare[0] is '"' or '\'' && bare[^1] == bare[0])
        {
            bare = bare[1..^1];
        }

        return $"{name[..space]} {bare}";
    }

    private IniSection? Open(ReadOnlySpan<char> line, int number)
    {
        var end = line.IndexOf(']');
        if (end < 0)
        {
            Error ??= At(number, "has no closing bracket");
            return null;
        }

        var name = ParseName(line[1..end]);
        if (!_sections.TryGetValue(name, out var section))
        {
            _sections[name] = section = new IniSection();
        }

        return section;
    }
}

using System.Globalization;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>An AWS config or credentials file, parsed into sections: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html"/>.</summary>
/// <remarks>
/// Accepts what the AWS CLI or the Go SDK accepts: the later of two equal settings wins, sections of the same name are merged, a colon may separate key
/// and value, and a line that is indented more than a setting continues its value. A line without meaning is ignored, because other tools keep text of
/// their own in these files. No setting that is read here is lost silently: a line that names one and is not a setting is an error, and an indented
/// setting continues another's value only if it is set elsewhere.
/// </remarks>
internal sealed class IniFile
{
    private readonly Dictionary<string, IniSection> _sections = new(StringComparer.Ordinal);

    private IniFile()
    {
    }

    public static IniFile Empty { get; } = new();

    /// <summary>What is wrong with the first line that belongs to no section, such as <c>line 1 is not in a section</c>.</summary>
    public string? Error { get; private set; }

    /// <summary>What is wrong with the first line outside of all sections that names a setting; <see langword="null"/> if there is no such line.</summary>
    public string? LostSetting { get; private set; }

    /// <summary>
    /// Parses a file. Errors are in <see cref="Error"/> and <see cref="IniSection.Error"/>: they name a line's number and never repeat the line.
    /// </summary>
    public static IniFile Parse(ReadOnlySpan<char> text)
    {
        var file = new IniFile();
        IniSection? section = null;
        string? key = null;
        var keyIndent = 0;
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

            // As Python's configparser, which reads the files for the AWS CLI.
            var indent = line.Length - line.TrimStart().Length;
            if (key is not null && indent > keyIndent)
            {
                key = ContinueSetting(section!, key, content, number);
            }
            else if (content[0] == '[')
            {
                section = file.Open(content, number);
                key = null;
            }
            else
            {
                key = file.ReadSetting(section, content, number);
                keyIndent = indent;
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

    /// <returns>The key that further indented lines continue.</returns>
    private static string ContinueSetting(IniSection section, string key, ReadOnlySpan<char> content, int number)
    {
        var separator = content.IndexOfAny('=', ':');
        var name = separator > 0 ? content[..separator].TrimEnd() : default;
        if (section.Settings[key].Text.Length == 0)
        {
            // Only endpoints are read from nested settings, so other lines do no harm here.
            if (separator > 0)
            {
                section.Set(IniSection.NestedKey(key, name.ToString()), content[(separator + 1)..].TrimStart(), number);
            }

            return key;
        }

        // A setting that is indented by mistake would be lost silently.
        if (ProfileSettings.Contains(name) && !section.Settings.ContainsKey(name.ToString()))
        {
            section.Set(name.ToString(), content[(separator + 1)..].TrimStart(), number);
            return name.ToString();
        }

        section.Continue(key, content);
        return key;
    }

    /// <returns>The key that indented lines continue.</returns>
    private string? ReadSetting(IniSection? section, ReadOnlySpan<char> content, int number)
    {
        var separator = content.IndexOfAny('=', ':');
        if (section is not null && separator > 0)
        {
            var key = content[..separator].TrimEnd().ToString();
            section.Set(key, content[(separator + 1)..].TrimStart(), number);
            return key;
        }

        var nameEnd = content.IndexOfAny(" \t=:");
        var isLost = ProfileSettings.Contains(nameEnd < 0 ? content : content[..nameEnd]);
        if (section is null)
        {
            var error = At(number, "is not in a section");
            Error ??= error;
            LostSetting ??= isLost ? error : null;
        }
        else if (isLost)
        {
            section.Fail(At(number, "is not a setting"));
        }

        return null;
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

    // Without its bracket a header is an error of the section that it names: the settings below it may be needed.
    private IniSection Open(ReadOnlySpan<char> line, int number)
    {
        var end = line.IndexOf(']');
        var name = ParseName(end < 0 ? line[1..] : line[1..end]);
        if (!_sections.TryGetValue(name, out var section))
        {
            _sections[name] = section = new IniSection();
        }

        if (end < 0)
        {
            var error = At(number, "has no closing bracket");
            Error ??= error;
            section.Fail(error);
        }

        return section;
    }
}

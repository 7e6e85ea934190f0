using System.Globalization;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>An AWS config or credentials file, parsed into sections: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html"/>.</summary>
/// <remarks>
/// Accepts what the AWS CLI or the Go SDK accepts: the later of two equal settings wins, sections of the same name are merged, a colon may separate key
/// and value, and a line that is indented more than a setting continues its value. A line without meaning is ignored, because other tools keep text of
/// their own in these files, but no setting that decides where a request goes is lost silently: a line without meaning that names one is an error, and
/// so is one below a header without its bracket. An indented setting continues another's value only if it is set elsewhere.
/// </remarks>
internal sealed class IniFile
{
    private readonly Dictionary<string, IniSection> _sections = new(StringComparer.Ordinal);
    private readonly List<Unclosed> _unclosed = [];
    private readonly IniSection _outside = new();

    private IniFile()
    {
    }

    public static IniFile Empty { get; } = new();

    /// <summary>What is wrong with the first line that belongs to no section, such as <c>line 1 is not in a section</c>.</summary>
    public string? Error { get; private set; }

    /// <summary>
    /// Parses a file. What is wrong with it is in <see cref="Error"/> and <see cref="IniSection.Problem"/>: both name a line's number and never repeat it.
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

    /// <summary>
    /// What is wrong with the first line that would have set a setting of <see cref="ProfileSettings.Routes"/> in the section, or in no section.
    /// </summary>
    /// <param name="name">The text between the brackets.</param>
    public string? FindLostRoute(string name) =>
        _outside.LostRoute
            ?? Find(name)?.LostRoute
            ?? _unclosed.Find(unclosed => unclosed.Name == name && HasRoute(unclosed.Section))?.Problem;

    private static bool HasRoute(IniSection section)
    {
        foreach (var route in ProfileSettings.Routes)
        {
            if (section.Settings.ContainsKey(route))
            {
                return true;
            }
        }

        return section.LostRoute is not null;
    }

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
        var problem = At(number, section is null ? "is not in a section" : "is not a setting");
        Error ??= section is null ? problem : null;
        (section ?? _outside).Report(problem, nameEnd < 0 ? content : content[..nameEnd]);
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

    private IniSection Open(ReadOnlySpan<char> line, int number)
    {
        var end = line.IndexOf(']');
        if (end < 0)
        {
            var problem = At(number, "has no closing bracket");
            Error ??= problem;
            var unclosed = new IniSection();
            _unclosed.Add(new Unclosed(ParseName(line[1..]), unclosed, problem));
            return unclosed;
        }

        var name = ParseName(line[1..end]);
        if (!_sections.TryGetValue(name, out var section))
        {
            _sections[name] = section = new IniSection();
        }

        return section;
    }

    /// <summary>A section whose header has no closing bracket.</summary>
    private sealed class Unclosed(string name, IniSection section, string problem)
    {
        public string Name { get; } = name;

        public IniSection Section { get; } = section;

        public string Problem { get; } = problem;
    }
}

using System.Globalization;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>An AWS config or credentials file, parsed into sections: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html"/>.</summary>
/// <remarks>
/// As in the Go SDK, the later of two equal settings wins, and sections of the same name are merged. Nested settings are ignored; none is about
/// credentials. The SDK's own parser cannot distinguish a profile with an invalid setting from a missing profile, and repeats lines, which may contain
/// keys, in its messages.
/// </remarks>
internal sealed class IniFile
{
    private readonly Dictionary<string, Dictionary<string, string>> _sections = new(StringComparer.Ordinal);

    private IniFile()
    {
    }

    public static IniFile Empty { get; } = new();

    /// <exception cref="FormatException">A line is neither a section nor a setting. The message names its number and never repeats it.</exception>
    public static IniFile Parse(ReadOnlySpan<char> text)
    {
        var file = new IniFile();
        Dictionary<string, string>? section = null;
        var mayNest = false;
        var number = 0;
        foreach (var line in text.EnumerateLines())
        {
            number++;
            var content = line.Trim();
            if (content.IsEmpty || content[0] is '#' or ';')
            {
                continue;
            }

            if (content[0] == '[')
            {
                section = file.Open(ParseSection(content, number));
                mayNest = false;
                continue;
            }

            if (mayNest && char.IsWhiteSpace(line[0]))
            {
                continue;
            }

            var (key, value) = ParseSetting(content, number);
            mayNest = value.Length == 0;
            (section ?? throw Malformed(number, "is before the first section"))[key] = value;
        }

        return file;
    }

    /// <param name="name">The text between the brackets.</param>
    public IReadOnlyDictionary<string, string>? Find(string name) => _sections.GetValueOrDefault(name);

    private static string ParseSection(ReadOnlySpan<char> line, int number)
    {
        var end = line.IndexOf(']');
        if (end < 0)
        {
            throw Malformed(number, "has no closing bracket");
        }

        // Exactly one space between kind and name, as in "profile x".
        var name = line[1..end].Trim();
        var space = name.IndexOfAny(' ', '\t');
        return space < 0 ? name.ToString() : $"{name[..space]} {name[space..].TrimStart()}";
    }

    private static (string Key, string Value) ParseSetting(ReadOnlySpan<char> line, int number)
    {
        var equals = line.IndexOf('=');
        return equals > 0
            ? (line[..equals].TrimEnd().ToString(), line[(equals + 1)..].TrimStart().ToString())
            : throw Malformed(number, "is neither a section nor a setting");
    }

    private static FormatException Malformed(int number, string what) => new(string.Create(CultureInfo.InvariantCulture, $"line {number} {what}"));

    private Dictionary<string, string> Open(string name)
    {
        if (!_sections.TryGetValue(name, out var section))
        {
            _sections[name] = section = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        }

        return section;
    }
}

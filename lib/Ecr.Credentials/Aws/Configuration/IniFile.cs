using System.Globalization;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The text of a file of AWS settings, in sections: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html"/>.</summary>
/// <remarks>
/// As for the Go SDK, the later of two equal settings wins, and sections of the same name are one. Nested settings are left out; none is about credentials.
/// The SDK's own parser does not tell a profile with a mistake in any setting from a profile that is not there, and repeats lines, which may hold keys,
/// in its messages.
/// </remarks>
internal sealed class IniFile
{
    private readonly Dictionary<string, Dictionary<string, string>> _sections = new(StringComparer.Ordinal);

    private IniFile()
    {
    }

    public static IniFile Empty { get; } = new();

    /// <exception cref="FormatException">A line is neither a section nor a setting. The message tells its number, and never repeats it.</exception>
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
            (section ?? throw Malformed(number, "stands before the first section"))[key] = value;
        }

        return file;
    }

    /// <param name="name">What stands between the brackets.</param>
    public IReadOnlyDictionary<string, string>? Find(string name) => _sections.GetValueOrDefault(name);

    private static string ParseSection(ReadOnlySpan<char> line, int number)
    {
        var end = line.IndexOf(']');
        if (end < 0)
        {
            throw Malformed(number, "opens a bracket and does not close it");
        }

        // One blank between kind and name, as in "profile x", however many there are in the file.
        var name = line[1..end].Trim();
        var blank = name.IndexOfAny(' ', '\t');
        return blank < 0 ? name.ToString() : $"{name[..blank]} {name[blank..].TrimStart()}";
    }

    private static (string Key, string Value) ParseSetting(ReadOnlySpan<char> line, int number)
    {
        var equals = line.IndexOf('=');
        return equals > 0
            ? (line[..equals].TrimEnd().ToString(), line[(equals + 1)..].TrimStart().ToString())
            : throw Malformed(number, "is neither a section nor a setting");
    }

    private static FormatException Malformed(int number, string what) => new(string.Create(CultureInfo.InvariantCulture, $"Line {number} {what}."));

    private Dictionary<string, string> Open(string name)
    {
        if (!_sections.TryGetValue(name, out var section))
        {
            _sections[name] = section = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        }

        return section;
    }
}

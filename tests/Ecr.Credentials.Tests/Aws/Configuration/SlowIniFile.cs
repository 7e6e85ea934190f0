using System.Text.RegularExpressions;
using Ecr.Credentials.Aws.Configuration;

namespace Ecr.Credentials.Tests.Aws.Configuration;

/// <summary>The rules of <see cref="IniFile"/> again, slow and obvious: one step after another, whole lists instead of a state.</summary>
internal static class SlowIniFile
{
    /// <exception cref="InvalidOperationException">The file has other settings or errors than the text.</exception>
    public static void Compare(IniFile file, string text)
    {
        var slow = Read(text, out var isLostOutside);
        foreach (var name in slow.Select(section => section.Name).Append("default").Distinct())
        {
            var (closed, unclosed) = (slow.Find(section => section.Name == name && section.IsClosed), slow.Where(section => section.Name == name));
            var settings = file.Find(name)?.Settings.ToDictionary(setting => setting.Key, setting => setting.Value.Text);
            var isLost = isLostOutside
                || closed?.IsRouteLost == true
                || unclosed.Any(section =>
                    !section.IsClosed && (section.IsRouteLost || section.Settings.Keys.Any(key => ProfileSettings.IsRoute(key))));
            if ((settings is null) != (closed is null)
                || settings?.OrderBy(pair => pair.Key).SequenceEqual(closed!.Settings.OrderBy(pair => pair.Key)) == false)
            {
                throw new InvalidOperationException($"The section \"{name}\" has other settings.");
            }

            if (file.FindLostRoute(name) is not null != isLost)
            {
                throw new InvalidOperationException($"The section \"{name}\" has {(isLost ? "a" : "no")} lost setting.");
            }
        }
    }

    private static List<Section> Read(string text, out bool isLostOutside)
    {
        var lines = Regex.Split(text, "\r\n|\r|\n")
            .Select(line => (Indent: line.Length - line.TrimStart().Length, Content: line.Trim().Trim('\0')))
            .Where(line => line.Content.Length > 0 && line.Content[0] is not ('#' or ';'))
            .ToArray();

        var sections = new List<Section>();
        isLostOutside = false;
        Section? section = null;
        for (var i = 0; i < lines.Length; i++)
        {
            var (indent, content) = lines[i];
            if (content.StartsWith('['))
            {
                section = Open(content, sections);
                continue;
            }

            if (Regex.Match(content, "^([^=:]+)[=:](.*)$", RegexOptions.Singleline) is { Success: true } setting && section is not null)
            {
                var below = lines.Skip(i + 1).TakeWhile(line => line.Indent > indent).Select(line => line.Content).ToArray();
                section.Add(setting.Groups[1].Value.TrimEnd(), setting.Groups[2].Value.TrimStart(), below);
                i += below.Length;
                continue;
            }

            if (ProfileSettings.IsRoute(Regex.Match(content, "^[^ \t=:]*").Value))
            {
                isLostOutside |= section is null;
                section?.IsRouteLost = true;
            }
        }

        return sections;
    }

    private static Section Open(string header, List<Section> sections)
    {
        var isClosed = header.Contains(']', StringComparison.Ordinal);
        var inside = (isClosed ? header[1..header.IndexOf(']', StringComparison.Ordinal)] : header[1..]).Trim();
        if (Regex.Match(inside, "^([^ \t]+)[ \t]\\s*(.*)$", RegexOptions.Singleline) is { Success: true } parts)
        {
            var quoted = Regex.Match(parts.Groups[2].Value, "^(['\"])(.*)\\1$", RegexOptions.Singleline);
            inside = $"{parts.Groups[1].Value} {(quoted.Success ? quoted.Groups[2].Value : parts.Groups[2].Value)}";
        }

        var section = isClosed ? sections.Find(other => other.IsClosed && other.Name == inside) : null;
        if (section is null)
        {
            sections.Add(section = new Section { Name = inside, IsClosed = isClosed });
        }

        return section;
    }

    private sealed class Section
    {
        public required string Name { get; init; }

        public required bool IsClosed { get; init; }

        public Dictionary<string, string> Settings { get; } = new(StringComparer.OrdinalIgnoreCase);

        public bool IsRouteLost { get; set; }

        public void Add(string key, string value, string[] below)
        {
            Settings[key] = value;
            foreach (var line in below)
            {
                var nested = Regex.Match(line, "^([^=:]+)[=:](.*)$", RegexOptions.Singleline);
                var (name, text) = (nested.Groups[1].Value.TrimEnd(), nested.Groups[2].Value.TrimStart());
                if (Settings[key].Length == 0)
                {
                    if (nested.Success)
                    {
                        Settings[$"{key}\n{name}"] = text;
                    }
                }
                else if (nested.Success && ProfileSettings.Contains(name) && !Settings.ContainsKey(name))
                {
                    Settings[key = name] = text;
                }
                else
                {
                    Settings[key] += $"\n{line}";
                }
            }
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The settings of one section, such as <c>role_arn</c>. Some are secret, so none is ever printed.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class ConfigSection
{
    private static readonly string[] CommentStarts = [" #", " ;", "\t#", "\t;"];

    private readonly string _description;
    private readonly string _place;

    // The later part overrides the earlier.
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Part[] _parts;

    private ConfigSection(string kind, string name, string description, Part[] parts)
    {
        Name = name;
        _place = $"{kind} {MessageText.Quote(name)}";
        _description = description;
        _parts = parts;
    }

    public string Name { get; }

    /// <summary>A command for the shell, which has its own syntax for comments and quotes. A line break would end the command.</summary>
    public string? CredentialProcess => FindVerbatim("credential_process")?.Text.Replace('\n', ' ');

    /// <summary>The value without a trailing comment and double quotes around it; <see langword="null"/> if it is missing or empty.</summary>
    public string? this[string key] => FindVerbatim(key) is { } setting ? Clean(setting.Text) : null;

    /// <param name="name">The name of the profile.</param>
    /// <param name="parts">Its sections, each with the file that contains it; the later override the earlier.</param>
    public static ConfigSection Profile(string name, params Part[] parts) => new("profile", name, $"the AWS profile {MessageText.Quote(name)}", parts);

    /// <param name="kind">The kind of the section, such as <c>services</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="part">The section.</param>
    public static ConfigSection Named(string kind, string name, Part part) => new(kind, name, $"the section [{kind} {MessageText.OneLine(name)}]", [part]);

    /// <summary>What is wrong with the first line without meaning, to be read after a sentence; empty if nothing is.</summary>
    public string Remark => Array.Find(_parts, part => part.Section.Problem is not null) is { } part ? $" ({part.File}: {part.Section.Problem})" : "";

    /// <summary>The setting with its place, for messages; <see langword="null"/> if it is missing or empty.</summary>
    public AwsSetting? Find(string key) => FindShown(key, key);

    /// <summary>A setting nested in another.</summary>
    public AwsSetting? Find(string parent, string key) => FindShown(IniSection.NestedKey(parent, key), $"{key} of {parent}");

    /// <summary>To be read in the middle of a sentence, such as <c>the AWS profile "x"</c>.</summary>
    public override string ToString() => _description;

    private AwsSetting? FindShown(string fullKey, string shownKey)
    {
        for (var i = _parts.Length - 1; i >= 0; i--)
        {
            if (_parts[i].Section.Settings.TryGetValue(fullKey, out var setting))
            {
                return Clean(setting.Text) is { } value
                    ? new AwsSetting(
                        string.Create(CultureInfo.InvariantCulture, $"{shownKey} of {this} ({_parts[i].File}, line {setting.Line})"), value, _place)
                    : null;
            }
        }

        return null;
    }

    private IniSetting? FindVerbatim(string key)
    {
        for (var i = _parts.Length - 1; i >= 0; i--)
        {
            if (_parts[i].Section.Settings.TryGetValue(key, out var setting))
            {
                return setting.Text.Length > 0 ? setting : null;
            }
        }

        return null;
    }

    private static string? Clean(string text) => text.Length > 0 && Unquote(RemoveComment(text)) is { Length: > 0 } value ? value : null;

    // Only the first line of a value can have a comment.
    private static string RemoveComment(string value)
    {
        var firstEnd = value.IndexOf('\n', StringComparison.Ordinal);
        var first = firstEnd < 0 ? value : value[..firstEnd];
        if (first[0] is '#' or ';')
        {
            return "";
        }

        foreach (var start in CommentStarts)
        {
            var comment = first.IndexOf(start, StringComparison.Ordinal);
            if (comment >= 0)
            {
                first = first[..comment];
            }
        }

        first = first.TrimEnd();
        return firstEnd < 0 ? first : first + value[firstEnd..];
    }

    // As the Go SDK does.
    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] == '"' && value.IndexOf('"', 1) == value.Length - 1 ? value[1..^1] : value;

    /// <summary>A section of a file.</summary>
    /// <param name="section">The section.</param>
    /// <param name="file">The path of the file, in quotes.</param>
    public sealed class Part(IniSection section, string file)
    {
        public IniSection Section { get; } = section;

        public string File { get; } = file;
    }
}

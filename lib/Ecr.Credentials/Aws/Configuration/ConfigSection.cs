using System.Diagnostics;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The settings of one section, such as <c>role_arn</c>. Some are secret, so none is ever printed.</summary>
/// <param name="name">The name.</param>
/// <param name="settings">The settings as written in the files.</param>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class ConfigSection(string name, IReadOnlyDictionary<string, string> settings)
{
    private static readonly string[] CommentStarts = [" #", " ;", "\t#", "\t;"];

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly IReadOnlyDictionary<string, string> _settings = settings;

    public string Name { get; } = name;

    /// <summary>A command for the shell, which has its own syntax for comments and quotes. A line break would end the command.</summary>
    public string? CredentialProcess => GetVerbatim("credential_process")?.Replace('\n', ' ');

    /// <summary>The value without a trailing comment and double quotes around it; <see langword="null"/> if it is missing or empty.</summary>
    public string? this[string setting] => GetVerbatim(setting) is { } value && Unquote(RemoveComment(value)) is { Length: > 0 } bare ? bare : null;

    /// <summary>The value of a setting nested in another.</summary>
    public string? this[string setting, string key] => this[IniSection.NestedKey(setting, key)];

    public override string ToString() => $"the AWS profile {MessageText.Quote(Name)}";

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

    private string? GetVerbatim(string setting) => _settings.GetValueOrDefault(setting) is { Length: > 0 } value ? value : null;
}

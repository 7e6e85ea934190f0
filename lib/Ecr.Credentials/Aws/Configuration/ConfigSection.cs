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

    /// <summary>A command for the shell, which has its own comment syntax.</summary>
    public string? CredentialProcess => GetVerbatim("credential_process");

    /// <summary>The value without a trailing comment; <see langword="null"/> if it is missing or empty.</summary>
    public string? this[string setting] => GetVerbatim(setting) is { } value && RemoveComment(value) is { Length: > 0 } bare ? bare : null;

    public override string ToString() => $"the AWS profile {MessageText.Quote(Name)}";

    private static string RemoveComment(string value)
    {
        if (value[0] is '#' or ';')
        {
            return "";
        }

        foreach (var start in CommentStarts)
        {
            var comment = value.IndexOf(start, StringComparison.Ordinal);
            if (comment >= 0)
            {
                value = value[..comment];
            }
        }

        return value.TrimEnd();
    }

    private string? GetVerbatim(string setting) => _settings.GetValueOrDefault(setting) is { Length: > 0 } value ? value : null;
}

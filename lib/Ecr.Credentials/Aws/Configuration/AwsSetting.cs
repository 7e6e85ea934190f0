using System.Diagnostics;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>A value and where it is set. It may be secret, so only <see cref="Invalid"/> shows it, of settings that are not.</summary>
/// <param name="source">The variable, or the key with its profile, file and line, to be read in the middle of a sentence.</param>
/// <param name="value">The value; never empty.</param>
/// <param name="place">The source in short, for diagnostics: the variable or the profile.</param>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class AwsSetting(string source, string value, string? place = null)
{
    public string Source { get; } = source;

    public string Place { get; } = place ?? source;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Value { get; } = value;

    /// <summary>Whether the value is this word, in any case.</summary>
    public bool Is(string word) => Value.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>The exception that says that the value is invalid.</summary>
    /// <param name="expected">The valid values, such as <c>true or false</c>.</param>
    public EcrCredentialException Invalid(string expected) =>
        EcrCredentialException.InvalidConfiguration($"invalid AWS configuration: {Source} is {MessageText.Quote(Value)}; expected {expected}");

    public override string ToString() => Source;
}

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The value of a setting as written, its lines separated by <c>\n</c>. It may be secret, so it is never printed from here.</summary>
/// <param name="text">The value.</param>
/// <param name="line">The number of the line that the setting begins at.</param>
internal sealed class IniSetting(string text, int line)
{
    public string Text { get; } = text;

    public int Line { get; } = line;

    public override string ToString() => $"a setting at line {Line}";
}

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>A setting that changes a call, for diagnostics.</summary>
/// <param name="name">What it changes, such as <c>FIPS</c>.</param>
/// <param name="value">The value, without secrets.</param>
/// <param name="source">The variable or section that sets it.</param>
internal sealed class SettingInEffect(string name, string value, string source)
{
    public string Name { get; } = name;

    public string Value { get; } = value;

    public string Source { get; } = source;
}

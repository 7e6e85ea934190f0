namespace Ecr.Credentials.Aws.Configuration;

/// <summary>A setting that changes a call, for diagnostics.</summary>
/// <param name="Name">What it changes, such as <c>FIPS</c>.</param>
/// <param name="Value">The value, without secrets.</param>
/// <param name="Source">The variable or section that sets it.</param>
internal readonly record struct SettingInEffect(string Name, string Value, string Source);

using System.Diagnostics;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>One section of an <see cref="IniFile"/>. Some settings are secret, so none is ever printed.</summary>
internal sealed class IniSection
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Dictionary<string, string> _settings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The settings. Lines of a value are separated by <c>\n</c>; the key of a nested setting is that of <see cref="NestedKey"/>.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>What is wrong with the first invalid line, such as <c>line 3 is not a setting</c>; <see langword="null"/> if nothing is.</summary>
    public string? Error { get; private set; }

    /// <summary>The key of a nested setting. No key in a file contains a line break.</summary>
    public static string NestedKey(string setting, string key) => $"{setting}\n{key}";

    public void Set(string key, string value) => _settings[key] = value;

    public void Continue(string key, ReadOnlySpan<char> value) => _settings[key] = $"{_settings[key]}\n{value}";

    public void Fail(string error) => Error ??= error;
}

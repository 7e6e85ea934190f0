using System.Diagnostics;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>One section of an <see cref="IniFile"/>. Some settings are secret, so none is ever printed.</summary>
internal sealed class IniSection
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Dictionary<string, IniSetting> _settings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The settings. The key of a nested setting is that of <see cref="NestedKey"/>.</summary>
    public IReadOnlyDictionary<string, IniSetting> Settings => _settings;

    /// <summary>What is wrong with the first invalid line, such as <c>line 3 is not a setting</c>; <see langword="null"/> if nothing is.</summary>
    public string? Error { get; private set; }

    /// <summary>The key of a nested setting. No key in a file contains a line break.</summary>
    public static string NestedKey(string setting, string key) => $"{setting}\n{key}";

    public void Set(string key, ReadOnlySpan<char> value, int line) => _settings[key] = new IniSetting(value.ToString(), line);

    public void Continue(string key, ReadOnlySpan<char> value)
    {
        var setting = _settings[key];
        _settings[key] = new IniSetting($"{setting.Text}\n{value}", setting.Line);
    }

    public void Fail(string error) => Error ??= error;
}

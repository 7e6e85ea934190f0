using System.Diagnostics;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>One section of an <see cref="IniFile"/>. Some settings are secret, so none is ever printed.</summary>
internal sealed class IniSection
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Dictionary<string, IniSetting> _settings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The settings. The key of a nested setting is that of <see cref="NestedKey"/>.</summary>
    public IReadOnlyDictionary<string, IniSetting> Settings => _settings;

    /// <summary>What is wrong with the first line without meaning, such as <c>line 3 is not a setting</c>; <see langword="null"/> if nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>What is wrong with the first line without meaning that names a setting of <see cref="ProfileSettings.Routes"/>.</summary>
    public string? LostRoute { get; private set; }

    /// <summary>The key of a nested setting. No key in a file contains a line break.</summary>
    public static string NestedKey(string setting, string key) => $"{setting}\n{key}";

    public void Set(string key, ReadOnlySpan<char> value, int line) => _settings[key] = new IniSetting(value.ToString(), line);

    public void Continue(string key, ReadOnlySpan<char> value)
    {
        var setting = _settings[key];
        _settings[key] = new IniSetting($"{setting.Text}\n{value}", setting.Line);
    }

    /// <param name="problem">What is wrong with a line.</param>
    /// <param name="name">The first word of the line.</param>
    public void Report(string problem, ReadOnlySpan<char> name)
    {
        Problem ??= problem;
        LostRoute ??= ProfileSettings.IsRoute(name) ? problem : null;
    }
}

using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>
/// The shared config and credentials files of all AWS tools:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html"/>.
/// </summary>
internal sealed class SharedConfig
{
    public const string CredentialsFileVariable = "AWS_SHARED_CREDENTIALS_FILE";
    public const string ConfigFileVariable = "AWS_CONFIG_FILE";
    public const string ProfileVariable = "AWS_PROFILE";
    public const string DefaultProfile = "default";

    private readonly IniFile _credentials;
    private readonly IniFile _config;
    private readonly string _description;

    private SharedConfig(IniFile credentials, IniFile config, string currentProfile, string description)
    {
        _credentials = credentials;
        _config = config;
        CurrentProfile = currentProfile;
        _description = description;
    }

    /// <summary>The name of the profile that is used if none is named.</summary>
    public string CurrentProfile { get; }

    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <exception cref="EcrCredentialException">A file is malformed, or a file that a variable names cannot be read.</exception>
    public static SharedConfig Read(Func<string, string?> environment)
    {
        var home = HomeDirectory.Find(environment);
        var (credentials, credentialsPlace) = Read(environment(CredentialsFileVariable), CredentialsFileVariable, home, "credentials");
        var (config, configPlace) = Read(environment(ConfigFileVariable), ConfigFileVariable, home, "config");
        return new SharedConfig(credentials, config, environment(ProfileVariable) ?? DefaultProfile, $"{credentialsPlace} or {configPlace}");
    }

    /// <summary>The profile; settings in the credentials file override those in the config file. <see langword="null"/> if neither has it.</summary>
    public ConfigSection? Find(string name)
    {
        var credentials = _credentials.Find(name);
        var config = _config.Find($"profile {name}") ?? (name == DefaultProfile ? _config.Find(DefaultProfile) : null);
        return (Merge(config, credentials) ?? credentials ?? config) is { } settings ? new ConfigSection(name, settings) : null;
    }

    /// <summary>The section <c>[sso-session NAME]</c>; <see langword="null"/> if there is none.</summary>
    public ConfigSection? FindSsoSession(string name) => _config.Find($"sso-session {name}") is { } settings ? new ConfigSection(name, settings) : null;

    /// <summary>The paths of both files, to be read after "in".</summary>
    public override string ToString() => _description;

    private static (IniFile File, string Place) Read(string? path, string variable, string? home, string name) =>
        path is not null ? ReadNamed(path, variable) : home is not null ? ReadDefault(Path.Combine(home, ".aws", name)) : (IniFile.Empty, $"~/.aws/{name}");

    private static (IniFile File, string Place) ReadNamed(string path, string variable)
    {
        try
        {
            return (Parse(File.ReadAllText(path), path), MessageText.Quote(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw EcrCredentialException.InvalidConfiguration($"cannot read {MessageText.Quote(path)} ({variable}): {MessageText.OneLine(e.Message)}", e);
        }
    }

    // The home directory may be another user's, as under sudo; other credential sources still apply.
    private static (IniFile File, string Place) ReadDefault(string path)
    {
        try
        {
            return (Parse(File.ReadAllText(path), path), MessageText.Quote(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (IniFile.Empty, MessageText.Quote(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (IniFile.Empty, $"{MessageText.Quote(path)} (unreadable)");
        }
    }

    private static IniFile Parse(string text, string path)
    {
        try
        {
            return IniFile.Parse(text);
        }
        catch (FormatException e)
        {
            throw EcrCredentialException.InvalidConfiguration($"invalid file {MessageText.Quote(path)}: {e.Message}; expected [section] or key = value", e);
        }
    }

    private static Dictionary<string, string>? Merge(IReadOnlyDictionary<string, string>? config, IReadOnlyDictionary<string, string>? credentials)
    {
        if (config is null || credentials is null)
        {
            return null;
        }

        var merged = new Dictionary<string, string>(config, StringComparer.OrdinalIgnoreCase);
        foreach (var (setting, value) in credentials)
        {
            merged[setting] = value;
        }

        return merged;
    }
}

using Ecr.Credentials.Interop;
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
    public const string DefaultProfileVariable = "AWS_DEFAULT_PROFILE";
    public const string DefaultProfile = "default";

    private readonly SourceFile _credentials;
    private readonly SourceFile _config;

    private SharedConfig(SourceFile credentials, SourceFile config, string? profileVariable, string currentProfile)
    {
        _credentials = credentials;
        _config = config;
        CurrentProfileVariable = profileVariable;
        CurrentProfile = currentProfile;
    }

    /// <summary>The name of the profile that is used if none is named.</summary>
    public string CurrentProfile { get; }

    /// <summary>The variable that names <see cref="CurrentProfile"/>; <see langword="null"/> if none does.</summary>
    public string? CurrentProfileVariable { get; }

    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <exception cref="EcrCredentialException">A file that a variable names exists but cannot be read, or its path is relative.</exception>
    public static SharedConfig Read(Func<string, string?> environment)
    {
        var credentials = SourceFile.Read(environment, CredentialsFileVariable, "credentials");
        var config = SourceFile.Read(environment, ConfigFileVariable, "config");

        // AWS_DEFAULT_PROFILE is the older name, which the AWS CLI and the Go SDK read.
        foreach (var variable in (string[])[ProfileVariable, DefaultProfileVariable])
        {
            if (environment(variable) is { } profile)
            {
                return new SharedConfig(credentials, config, variable, profile);
            }
        }

        return new SharedConfig(credentials, config, null, DefaultProfile);
    }

    /// <summary>The profile; settings in the credentials file override those in the config file. <see langword="null"/> if neither has it.</summary>
    /// <exception cref="EcrCredentialException">A setting of the profile that decides where a request goes cannot be read.</exception>
    public ConfigSection? Find(string name)
    {
        var config = _config.Find($"profile {name}") ?? (name == DefaultProfile ? _config.Find(DefaultProfile) : null);
        return (config, _credentials.Find(name)) switch
        {
            (null, null) => null,
            ({ } only, null) => ConfigSection.Profile(name, only),
            (null, { } only) => ConfigSection.Profile(name, only),
            ({ } overridden, { } overriding) => ConfigSection.Profile(name, overridden, overriding),
        };
    }

    /// <summary>The section <c>[sso-session NAME]</c>; <see langword="null"/> if there is none.</summary>
    /// <exception cref="EcrCredentialException">A setting of the section that decides where a request goes cannot be read.</exception>
    public ConfigSection? FindSsoSession(string name) => FindInConfig("sso-session", name);

    /// <summary>The section <c>[services NAME]</c>; <see langword="null"/> if there is none.</summary>
    /// <exception cref="EcrCredentialException">A setting of the section that decides where a request goes cannot be read.</exception>
    public ConfigSection? FindServices(string name) => FindInConfig("services", name);

    /// <summary>The paths of both files, to be read after "in".</summary>
    public override string ToString() => $"{_credentials} or {_config}";

    private ConfigSection? FindInConfig(string kind, string name) =>
        _config.Find($"{kind} {name}") is { } section ? ConfigSection.Named(kind, name, section) : null;

    /// <summary>One of the two files.</summary>
    /// <param name="content">The sections; none if the file is missing.</param>
    /// <param name="place">Its path in quotes.</param>
    /// <param name="remark">What prevents its use, in parentheses.</param>
    private sealed class SourceFile(IniFile content, string place, string remark = "")
    {
        public static SourceFile Read(Func<string, string?> environment, string variable, string name)
        {
            if (environment(variable) is { } named)
            {
                return ReadNamed(HomeDirectory.Resolve(environment, new AwsSetting(variable, named)), variable);
            }

            return HomeDirectory.Find(environment) is { } home
                ? ReadDefault(Path.Combine(home, ".aws", name))
                : new SourceFile(IniFile.Empty, $"~/.aws/{name}");
        }

        /// <exception cref="EcrCredentialException">A setting of the section that decides where a request goes cannot be read.</exception>
        public ConfigSection.Part? Find(string name) =>
            content.FindLostRoute(name) is { } lost
                ? throw EcrCredentialException.InvalidConfiguration($"cannot read the AWS settings in {place}: {lost}")
                : content.Find(name) is { } section ? new ConfigSection.Part(section, place) : null;

        public override string ToString() => place + (content.Error is { } error ? $" ({error})" : remark);

        private static SourceFile ReadNamed(string path, string variable)
        {
            try
            {
                return new SourceFile(IniFile.Parse(LimitedFile.ReadAllText(path)), MessageText.Quote(path));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return new SourceFile(IniFile.Empty, MessageText.Quote(path), $" ({variable}, does not exist)");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw EcrCredentialException.InvalidConfiguration($"cannot read {MessageText.Quote(path)} ({variable}): {MessageText.OneLine(e.Message)}", e);
            }
        }

        // The home directory may be another user's, as under sudo; other credential sources still apply.
        private static SourceFile ReadDefault(string path)
        {
            try
            {
                return new SourceFile(IniFile.Parse(LimitedFile.ReadAllText(path)), MessageText.Quote(path));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return new SourceFile(IniFile.Empty, MessageText.Quote(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new SourceFile(IniFile.Empty, MessageText.Quote(path), " (unreadable)");
            }
        }
    }
}

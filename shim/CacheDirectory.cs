using Ecr.Credentials.Tokens.Files;

namespace Ecr.Credentials.Shim;

/// <summary>Where passwords are kept between two runs, if anywhere.</summary>
internal static class CacheDirectory
{
    private const string Name = "ecr-credential-provider";

    /// <summary>The folder that was asked for, or none.</summary>
    public static string? ForKubelet(CommandLine arguments) => IsSwitchedOff ? null : arguments.CacheDirectory;

    /// <summary>The folder that was asked for, or the user's: in memory where there is such a folder, else on disk.</summary>
    /// <remarks>Variables: <see href="https://specifications.freedesktop.org/basedir-spec/latest/"/>, and those of docker-credential-ecr-login.</remarks>
    public static string? ForDocker(CommandLine arguments) => IsSwitchedOff ? null : arguments.CacheDirectory ?? FindNamed() ?? FindInMemory() ?? FindOnDisk();

    private static bool IsSwitchedOff => Get("AWS_ECR_DISABLE_CACHE") is not null;

    private static string? FindNamed() => Get("AWS_ECR_CACHE_DIR") switch
    {
        "~" => Get("HOME"),
        ['~', '/', .. var rest] when Get("HOME") is { } home => Path.Join(home, rest),
        var folder => folder,
    };

    private static string? FindInMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Under su the variable may be another user's still.
        return Get("XDG_RUNTIME_DIR") is { } folder && FileOwnership.Of(folder) is { IsPrivate: true }
            ? Path.Join(folder, Name)
            : Environment.IsPrivilegedProcess ? Path.Join("/run", Name) : null;
    }

    private static string? FindOnDisk()
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
        }

        return Get("XDG_CACHE_HOME") is { } folder && Path.IsPathFullyQualified(folder)
            ? Path.Join(folder, Name)
            : Get("HOME") is { } home && Path.IsPathFullyQualified(home) ? Path.Join(home, ".cache", Name) : null;
    }

    private static string? Get(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

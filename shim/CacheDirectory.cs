using Ecr.Credentials.Tokens.Files;

namespace Ecr.Credentials.Shim;

/// <summary>Finds the directory in which passwords are cached between runs, if any.</summary>
internal static class CacheDirectory
{
    private const string Name = "ecr-credential-provider";

    /// <summary>Returns the directory given by --cache-dir, or null.</summary>
    public static string? ForKubelet(CommandLine arguments) => IsSwitchedOff ? null : arguments.CacheDirectory;

    /// <summary>Returns the directory given by --cache-dir or AWS_ECR_CACHE_DIR, else the user's own: in memory if possible, else on disk.</summary>
    /// <remarks>The variables are those of <see href="https://specifications.freedesktop.org/basedir-spec/latest/"/> and of docker-credential-ecr-login.</remarks>
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

        // Under su the variable may still name another user's directory.
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

using Ecr.Credentials.Tokens.Files;

namespace Ecr.Credentials.Shim;

/// <summary>The directory in which passwords are cached between runs.</summary>
internal static class CacheDirectory
{
    private const string Name = "ecr-credential-provider";

    /// <summary>The directory of <c>--cache-dir</c>; <see langword="null"/> without it.</summary>
    public static string? ForKubelet(CommandLine arguments) => IsDisabled ? null : arguments.CacheDirectory;

    /// <summary>
    /// The directory of <c>--cache-dir</c>, of <c>AWS_ECR_CACHE_DIR</c>, or the user's: in memory if there is such a directory, else on disk.
    /// </summary>
    /// <remarks>Variables: <see href="https://specifications.freedesktop.org/basedir-spec/latest/"/>, and those of docker-credential-ecr-login.</remarks>
    public static string? ForDocker(CommandLine arguments) =>
        IsDisabled ? null : arguments.CacheDirectory ?? FindNamed() ?? FindInMemory() ?? FindOnDisk();

    private static bool IsDisabled => Get("AWS_ECR_DISABLE_CACHE") is not null;

    private static string? FindNamed() => Get("AWS_ECR_CACHE_DIR") switch
    {
        "~" => Get("HOME"),
        ['~', '/', .. var rest] when Get("HOME") is { } home => Path.Join(home, rest),
        var directory => directory,
    };

    private static string? FindInMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Under su the variable may still be another user's.
        return Get("XDG_RUNTIME_DIR") is { } directory && FileOwnership.Of(directory) is { IsPrivate: true }
            ? Path.Join(directory, Name)
            : Environment.IsPrivilegedProcess ? Path.Join("/run", Name) : null;
    }

    private static string? FindOnDisk()
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
        }

        return Get("XDG_CACHE_HOME") is { } directory && Path.IsPathFullyQualified(directory)
            ? Path.Join(directory, Name)
            : Get("HOME") is { } home && Path.IsPathFullyQualified(home) ? Path.Join(home, ".cache", Name) : null;
    }

    private static string? Get(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens.Files;

namespace Ecr.Credentials.Shim;

/// <summary>The directory in which passwords are cached between runs.</summary>
/// <param name="Path">The directory; <see langword="null"/> if nothing is cached.</param>
/// <param name="Note">Why it is not the directory that one would expect; <see langword="null"/> if it is.</param>
internal readonly record struct CacheDirectory(string? Path, string? Note = null)
{
    private const string Name = "ecr-credential-provider";

    private static bool IsDisabled => Get("AWS_ECR_DISABLE_CACHE") is not null;

    /// <summary>The directory of <c>--cache-dir</c>; none without it.</summary>
    public static CacheDirectory ForKubelet(CommandLine arguments) => new(IsDisabled ? null : arguments.CacheDirectory);

    /// <summary>
    /// The directory of <c>--cache-dir</c>, of <c>AWS_ECR_CACHE_DIR</c>, or the user's: in memory if there is such a directory, else on disk.
    /// </summary>
    /// <remarks>Variables: <see href="https://specifications.freedesktop.org/basedir-spec/latest/"/>, and those of docker-credential-ecr-login.</remarks>
    /// <exception cref="FormatException"><c>AWS_ECR_CACHE_DIR</c> is not an absolute path.</exception>
    public static CacheDirectory ForDocker(CommandLine arguments) => IsDisabled ? new(null, "Not caching passwords: AWS_ECR_DISABLE_CACHE is set")
        : arguments.CacheDirectory is { } directory ? new(directory)
        : Get("AWS_ECR_CACHE_DIR") is { } named ? new(Check("AWS_ECR_CACHE_DIR", Expand(named)))
        : FindOwn();

    /// <summary>An absolute path: the working directory, which may be anyone's, is never used.</summary>
    /// <exception cref="FormatException">The path is not absolute.</exception>
    public static string Check(string setting, string path) => System.IO.Path.IsPathFullyQualified(path)
        ? path
        : throw new FormatException($"invalid {setting} {MessageText.Quote(path)}: expected an absolute path such as /run/ecr-credential-provider");

    // Only a shell replaces ~.
    private static string Expand(string path) => Get("HOME") is not { } home ? path
        : path == "~" ? home
        : path.StartsWith("~/", StringComparison.Ordinal) ? System.IO.Path.Join(home, path.AsSpan(2))
        : path;

    private static CacheDirectory FindOwn()
    {
        if (!OperatingSystem.IsLinux() || Get("XDG_RUNTIME_DIR") is not { } runtime)
        {
            return new(FindElsewhere());
        }

        // Under su the variable may still be another user's.
        return System.IO.Path.IsPathFullyQualified(runtime) && FileOwnership.Of(runtime) is { IsDirectory: true, IsPrivate: true }
            ? new(System.IO.Path.Join(runtime, Name))
            : new(
                FindElsewhere(),
                $"Not using XDG_RUNTIME_DIR: {MessageText.Quote(runtime)} is not a directory owned by the current user with mode 0700");
    }

    private static string? FindElsewhere()
    {
        if (OperatingSystem.IsWindows())
        {
            return System.IO.Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
        }

        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            return System.IO.Path.Join("/run", Name);
        }

        return Get("XDG_CACHE_HOME") is { } directory && System.IO.Path.IsPathFullyQualified(directory)
            ? System.IO.Path.Join(directory, Name)
            : Get("HOME") is { } home && System.IO.Path.IsPathFullyQualified(home) ? System.IO.Path.Join(home, ".cache", Name) : null;
    }

    private static string? Get(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

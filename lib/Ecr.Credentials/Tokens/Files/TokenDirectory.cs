using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>The cache directory, which only the current user can access.</summary>
/// <param name="path">The absolute path.</param>
/// <param name="logger">Receives the reason if the directory is not used.</param>
internal sealed class TokenDirectory(string path, ILogger logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // A process holds a lock, and writes a file, for at most a minute.
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    // The longest timeout of a process.
    private static readonly TimeSpan MaxFetch = TimeSpan.FromMinutes(1);

    /// <summary>Whether the directory can be used; creates it if it does not exist.</summary>
    /// <remarks>
    /// A directory passes only if no other user can add, replace or read files in it. On Windows that is not checked, so no directory passes.
    /// </remarks>
    public bool IsUsable()
    {
        if (OperatingSystem.IsWindows())
        {
            Log.CacheDirectoryNotChecked(logger, path);
            return false;
        }

        if ((IsPrivate() ?? (TryCreate() ? IsPrivate() : null)) is not { } isPrivate)
        {
            return false;
        }

        if (!isPrivate)
        {
            Log.CacheDirectoryNotPrivate(logger, path);
        }

        return isPrivate;
    }

    /// <summary>Opens the directory, so that its files stay in it whatever happens to its path. <see langword="null"/> if it cannot be used.</summary>
    /// <param name="handle">The directory on Linux; <see langword="null"/> elsewhere.</param>
    public bool TryOpen(out SafeFileHandle? handle)
    {
        handle = null;
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            handle = LinuxDirectory.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.CacheDirectoryNotOpened(logger, path, e);
            return false;
        }

        if (FileOwnership.Of(handle) is { IsDirectory: true, IsPrivate: true })
        {
            return true;
        }

        handle.Dispose();
        handle = null;
        Log.CacheDirectoryNotPrivate(logger, path);
        return false;
    }

    public TokenFile GetFile(TokenFileKey key) => new(path, key.FileName, key);

    /// <summary>
    /// Removes the files of expired tokens, whose modification time is their expiry, and what killed processes left behind.
    /// </summary>
    /// <remarks>A lock file that is removed may be in use. The only consequence is a second AWS call.</remarks>
    public void RemoveStale(DateTimeOffset now)
    {
        foreach (var file in EnumerateFiles())
        {
            var isToken = file.Extension.Length == 0;
            var isStale = isToken
                ? file.LastWriteTimeUtc <= now && !IsBeingReplaced(file, now)
                : file.LastWriteTimeUtc < now - MaxAge && !File.Exists(Path.ChangeExtension(file.FullName, null));
            if (isStale)
            {
                Delete(file);
            }
        }
    }

    /// <summary>The tokens in the directory, valid or not.</summary>
    public IEnumerable<TokenDescription> EnumerateTokens()
    {
        foreach (var file in EnumerateFiles())
        {
            if (file.Extension.Length == 0 && TokenFile.ReadText(file.FullName) is { } text && TokenDescription.Read(text, file.FullName) is { } token)
            {
                yield return token;
            }
        }
    }

    /// <summary>Removes the tokens of an API, or all with <see langword="null"/>, and returns their number.</summary>
    public int Remove(EcrRegistry? registry)
    {
        var removed = 0;
        foreach (var file in EnumerateFiles())
        {
            var isToken = file.Extension.Length == 0;
            if (registry is null || (isToken && TokenFile.ReadText(file.FullName) is { } text
                && TokenDescription.Read(text, file.FullName) is { } token && token.IsFor(registry)))
            {
                removed += Delete(file) && isToken ? 1 : 0;
            }
        }

        return removed;
    }

    private List<FileInfo> EnumerateFiles()
    {
        try
        {
            return [.. new DirectoryInfo(path).EnumerateFiles(TokenFileKey.FileNamePattern)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Who fetches a token sets the time of its lock.
    private static bool IsBeingReplaced(FileInfo token, DateTimeOffset now) =>
        File.GetLastWriteTimeUtc(token.FullName + TokenFile.LockExtension) > now.UtcDateTime - MaxFetch;

    private static bool Delete(FileInfo file)
    {
        try
        {
            file.Delete();
            File.Delete(file.FullName + TokenFile.LockExtension);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process may be removing the same files.
            return false;
        }
    }

    // Null if it does not exist.
    private bool? IsPrivate()
    {
        if (OperatingSystem.IsLinux())
        {
            return FileOwnership.Of(path) is { } status ? status is { IsDirectory: true, IsPrivate: true } : null;
        }

        var directory = new DirectoryInfo(path);
        return directory.Exists ? directory.LinkTarget is null && (directory.UnixFileMode & ~OwnerOnly) == 0 : null;
    }

    private bool TryCreate()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                LinuxDirectory.Open(path).Dispose();
            }
            else if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path, OwnerOnly);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.CacheDirectoryNotCreated(logger, path, e);
            return false;
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, Exception?> CacheDirectoryNotPrivateMessage = LoggerMessage.Define<string>(
            LogLevel.Warning,
            LogEvents.CacheDirectoryNotPrivate,
            "Not caching passwords: {Directory} is not private. It must be a directory owned by the current user with mode 0700");

        private static readonly Action<ILogger, string, string, Exception?> CacheDirectoryNotCreatedMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, LogEvents.CacheDirectoryNotCreated, "Not caching passwords: failed to create the directory {Directory}: {Failure}");

        private static readonly Action<ILogger, string, string, Exception?> CacheDirectoryNotOpenedMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, LogEvents.CacheDirectoryNotOpened, "Not caching passwords: failed to open the directory {Directory}: {Failure}");

        private static readonly Action<ILogger, string, Exception?> CacheDirectoryNotCheckedMessage = LoggerMessage.Define<string>(
            LogLevel.Warning,
            LogEvents.CacheDirectoryNotChecked,
            "Not caching passwords: whether {Directory} is private cannot be checked on Windows");

        public static void CacheDirectoryNotPrivate(ILogger logger, string directory) =>
            CacheDirectoryNotPrivateMessage(logger, MessageText.Path(directory), null);

        public static void CacheDirectoryNotCreated(ILogger logger, string directory, Exception failure) =>
            CacheDirectoryNotCreatedMessage(logger, MessageText.Path(directory), MessageText.OneLine(failure.Message), failure);

        public static void CacheDirectoryNotOpened(ILogger logger, string directory, Exception failure) =>
            CacheDirectoryNotOpenedMessage(logger, MessageText.Path(directory), MessageText.OneLine(failure.Message), failure);

        public static void CacheDirectoryNotChecked(ILogger logger, string directory) =>
            CacheDirectoryNotCheckedMessage(logger, MessageText.Path(directory), null);
    }
}

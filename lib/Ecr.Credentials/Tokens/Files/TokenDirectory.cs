using Ecr.Credentials.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>The cache directory, which only the current user can access.</summary>
internal sealed class TokenDirectory(string path, ILogger logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Twice the maximum lifetime of a token.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    /// <summary>Whether the directory can be used; creates it if it does not exist.</summary>
    /// <remarks>On Linux, a directory passes only if no other user can add, replace or read files in it. Elsewhere it is not checked.</remarks>
    public bool IsUsable()
    {
        if (!OperatingSystem.IsLinux())
        {
            return TryCreate();
        }

        if ((FileOwnership.Of(path) ?? (TryCreate() ? FileOwnership.Of(path) : null)) is not { } status)
        {
            return false;
        }

        if (status.IsDirectory && status.IsPrivate)
        {
            return true;
        }

        Log.CacheDirectoryNotPrivate(logger, path);
        return false;
    }

    public TokenFile GetFile(TokenFileKey key) => new(Path.Join(path, key.FileName), key);

    /// <summary>Removes files older than a day: tokens of identities no longer in use, and leftovers of killed processes.</summary>
    /// <remarks>A lock file that is removed may be in use. The only consequence is a second AWS call.</remarks>
    public void RemoveStale(DateTimeOffset now)
    {
        try
        {
            foreach (var file in new DirectoryInfo(path).EnumerateFiles(TokenFileKey.FileNamePattern))
            {
                if (file.LastWriteTimeUtc < now - MaxAge)
                {
                    file.Delete();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process may be removing the same files.
        }
    }

    private bool TryCreate()
    {
        try
        {
            _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnerOnly);
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

        public static void CacheDirectoryNotPrivate(ILogger logger, string directory) => CacheDirectoryNotPrivateMessage(logger, directory, null);

        public static void CacheDirectoryNotCreated(ILogger logger, string directory, Exception failure) =>
            CacheDirectoryNotCreatedMessage(logger, directory, failure.Message, null);
    }
}

using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>A folder for tokens that nobody but this process's user can look or write into.</summary>
internal sealed class TokenDirectory(string path, ILogger logger)
{
    private const UnixFileMode OnlyMine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Twice as long as any token lives.
    private static readonly TimeSpan LongestUse = TimeSpan.FromDays(1);

    /// <summary>Whether tokens may be kept in the folder, which is made if it is not there.</summary>
    /// <remarks>Nothing in a folder that passes is another user's, and nothing can be put into it or exchanged while it is used.</remarks>
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

        Log.NotPrivate(logger, path);
        return false;
    }

    public TokenFile GetFile(TokenFileKey key) => new(Path.Join(path, key.FileName), key);

    /// <summary>Removes what nobody will ask for again: tokens of identities that are gone, and what a process left behind that was killed.</summary>
    /// <remarks>A lock that is held at this moment may be among it. That costs a second call of AWS and nothing else.</remarks>
    public void Sweep(DateTimeOffset now)
    {
        try
        {
            foreach (var file in new DirectoryInfo(path).EnumerateFiles(TokenFileKey.FileNamePattern))
            {
                if (file.LastWriteTimeUtc < now - LongestUse)
                {
                    file.Delete();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process sweeps too.
        }
    }

    private bool TryCreate()
    {
        try
        {
            _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OnlyMine);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotCreated(logger, path, e);
            return false;
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, Exception?> NotPrivateMessage = LoggerMessage.Define<string>(
            LogLevel.Warning,
            new EventId(1, nameof(NotPrivate)),
            "Passwords are not kept in {Folder}, which is no folder of this user alone. Remove it, or give it to the user with mode 0700");

        private static readonly Action<ILogger, string, string, Exception?> NotCreatedMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, new EventId(2, nameof(NotCreated)), "Passwords are not kept: the folder {Folder} cannot be made. {Failure}");

        public static void NotPrivate(ILogger logger, string folder) => NotPrivateMessage(logger, folder, null);

        public static void NotCreated(ILogger logger, string folder, Exception failure) => NotCreatedMessage(logger, folder, failure.Message, null);
    }
}

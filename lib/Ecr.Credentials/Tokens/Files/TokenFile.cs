using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>The file of one token and its lock file, which is locked while a process fetches a new token.</summary>
/// <param name="directory">The path of the directory.</param>
/// <param name="name">The name of the file.</param>
/// <param name="key">The key of the token.</param>
internal sealed class TokenFile(string directory, string name, TokenFileKey key)
{
    public const string LockExtension = ".lock";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // A token is a few kilobytes.
    private const int MaxLength = 1 << 16;

    // EWOULDBLOCK on macOS.
    private const int MacWouldBlock = 35;

    public string Path { get; } = System.IO.Path.Join(directory, name);

    public string LockPath => Path + LockExtension;

    /// <summary>Reads a file that only the current user can access; <see langword="null"/> if it is another or cannot be read.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            // Checked before opening, because opening a named pipe would block.
            if (OperatingSystem.IsLinux() ? FileOwnership.Of(path) is not { IsRegularFile: true } : !File.Exists(path))
            {
                return null;
            }

            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            return IsPrivate(file) && RandomAccess.GetLength(file) <= MaxLength ? ReadText(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns>Null if there is no valid token for this key, or the file is not private.</returns>
    public TokenRecord? Read() => ReadText(Path) is { } text ? TokenRecord.Read(text, key) : null;

    /// <summary>Replaces the token atomically: readers see either the old or the new one.</summary>
    /// <remarks>
    /// The modification time is the time when the token expires. The file is not synced to disk. A file damaged by a power failure is not a valid token,
    /// and costs one AWS call.
    /// </remarks>
    /// <param name="token">The token.</param>
    /// <param name="opened">The open directory; <see langword="null"/> for that of the path.</param>
    /// <exception cref="IOException">The disk is full, read-only or broken.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not writable.</exception>
    public void Write(TokenRecord token, SafeFileHandle? opened)
    {
        var temporary = $"{name}.{Guid.NewGuid():N}";
        try
        {
            using (var file = Create(temporary, opened))
            {
                RandomAccess.Write(file, Encoding.UTF8.GetBytes(token.Write(key)), fileOffset: 0);
                File.SetLastWriteTimeUtc(file, token.ExpiresAt.UtcDateTime);
            }

            Rename(temporary, opened);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // .NET's exception for EFBIG, beyond the limit of the file size.
            Delete(temporary, opened);
            throw new IOException("the file is too large", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Delete(temporary, opened);
            throw;
        }
    }

    /// <summary>Tries to acquire the lock for fetching a new token. The operating system releases it when the process ends, for whatever reason.</summary>
    /// <param name="opened">The open directory; <see langword="null"/> for that of the path.</param>
    /// <param name="now">The time.</param>
    /// <param name="fileLock">Dispose it after writing the token. Null if the lock file cannot be used; the caller then fetches without a lock.</param>
    /// <returns>False if another process holds the lock.</returns>
    public bool TryAcquireLock(SafeFileHandle? opened, DateTimeOffset now, out IDisposable? fileLock)
    {
        fileLock = null;
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var isAcquired = LinuxDirectory.TryLock(opened!, name + LockExtension, out var file);
                fileLock = file;
                Touch(file, now);
                return isAcquired;
            }

            fileLock = new FileStream(LockPath, ForWriting(FileMode.OpenOrCreate));
            return true;
        }
        catch (IOException e) when (e.HResult == MacWouldBlock)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // So that the lock is not taken for one that a killed process left behind.
    private static void Touch(SafeFileHandle? file, DateTimeOffset now)
    {
        if (file is not null)
        {
            File.SetLastWriteTimeUtc(file, now.UtcDateTime);
        }
    }

    private SafeFileHandle Create(string temporary, SafeFileHandle? opened)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxDirectory.CreateFile(opened!, temporary);
        }

        using var stream = new FileStream(System.IO.Path.Join(directory, temporary), ForWriting(FileMode.CreateNew));
        return File.OpenHandle(stream.Name, FileMode.Open, FileAccess.ReadWrite);
    }

    private void Rename(string temporary, SafeFileHandle? opened)
    {
        if (OperatingSystem.IsLinux())
        {
            LinuxDirectory.Rename(opened!, temporary, name);
        }
        else
        {
            File.Move(System.IO.Path.Join(directory, temporary), Path, overwrite: true);
        }
    }

    private void Delete(string temporary, SafeFileHandle? opened)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = LinuxDirectory.Delete(opened!, temporary);
        }
        else
        {
            // No exception if the file does not exist.
            File.Delete(System.IO.Path.Join(directory, temporary));
        }
    }

    private static FileStreamOptions ForWriting(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    private static bool IsPrivate(SafeFileHandle file) =>
        OperatingSystem.IsLinux() ? FileOwnership.Of(file) is { IsRegularFile: true, IsPrivate: true }
        : !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~OwnerOnly) == 0;

    private static string ReadText(SafeFileHandle file)
    {
        var buffer = new byte[RandomAccess.GetLength(file)];
        return Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, fileOffset: 0));
    }
}

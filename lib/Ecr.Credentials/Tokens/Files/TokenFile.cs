using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>The file of one token and its lock file, which is locked while a process fetches a new token.</summary>
internal sealed class TokenFile(string path, TokenFileKey key)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // A token is a few kilobytes.
    private const long MaxLength = 1 << 16;

    // EWOULDBLOCK on Linux and macOS, and ERROR_SHARING_VIOLATION on Windows.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    public string Path { get; } = path;

    public string LockPath { get; } = path + ".lock";

    /// <returns>Null if there is no valid token for this key, or the file is not private.</returns>
    public TokenRecord? Read()
    {
        try
        {
            // Checked before opening, because opening a named pipe would block.
            if (OperatingSystem.IsLinux() ? FileOwnership.Of(Path) is not { IsRegularFile: true } : !File.Exists(Path))
            {
                return null;
            }

            using var file = File.OpenHandle(Path, share: FileShare.ReadWrite | FileShare.Delete);
            return IsPrivate(file) && RandomAccess.GetLength(file) <= MaxLength ? TokenRecord.Read(ReadText(file), key) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Replaces the token atomically: readers see either the old or the new one.</summary>
    /// <remarks>
    /// The file is not synced to disk. A file damaged by a power failure is not a valid token, and costs one AWS call.
    /// </remarks>
    /// <exception cref="IOException">The disk is full, read-only or broken.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not writable.</exception>
    public void Write(TokenRecord token)
    {
        var temporary = $"{Path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = new FileStream(temporary, ForWriting(FileMode.CreateNew)))
            {
                file.Write(Encoding.UTF8.GetBytes(token.Write(key)));
            }

            File.Move(temporary, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No exception if the file does not exist.
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Tries to acquire the lock for fetching a new token. The operating system releases it when the process ends, for whatever reason.</summary>
    /// <param name="fileLock">Dispose it after writing the token. Null if the lock file cannot be used; the caller then fetches without a lock.</param>
    /// <returns>False if another process holds the lock.</returns>
    public bool TryAcquireLock(out IDisposable? fileLock)
    {
        fileLock = null;
        try
        {
            fileLock = new FileStream(LockPath, ForWriting(FileMode.OpenOrCreate));
            return true;
        }
        catch (IOException e) when (e.HResult is LinuxWouldBlock or MacWouldBlock or SharingViolation)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
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
        !OperatingSystem.IsLinux() || FileOwnership.Of(file) is { IsRegularFile: true, IsPrivate: true };

    private static string ReadText(SafeFileHandle file)
    {
        var buffer = new byte[RandomAccess.GetLength(file)];
        return Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, fileOffset: 0));
    }
}

using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>The file of one token, and beside it the file that is locked by whoever asks for the next one.</summary>
internal sealed class TokenFile(string path, TokenFileKey key)
{
    private const UnixFileMode OnlyMine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Some kilobytes are a token.
    private const long MaxLength = 1 << 16;

    // EWOULDBLOCK of Linux and of macOS, and Windows' ERROR_SHARING_VIOLATION.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    public string Path { get; } = path;

    public string LockPath { get; } = path + ".lock";

    /// <returns>Null if there is no token of this key, or the file is not what it must be.</returns>
    public TokenRecord? Read()
    {
        try
        {
            // Looked at before it is opened: to open a pipe would hang.
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

    /// <summary>Puts the token in the place of the one before, in one step: who reads finds the one or the other.</summary>
    /// <remarks>
    /// It is not forced onto the disk. What a power failure leaves of it is no token, and costs a call of AWS.
    /// </remarks>
    /// <exception cref="IOException">The disk is full, read-only or broken.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
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
            // Does nothing if it is not there.
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Takes the turn to ask for the next token. The system ends it with the process, however that dies.</summary>
    /// <param name="turn">To be disposed when the token is written. Null where files cannot be locked, and everyone may ask.</param>
    /// <returns>Whether it is nobody else's turn.</returns>
    public bool TryTakeTurn(out IDisposable? turn)
    {
        turn = null;
        try
        {
            turn = new FileStream(LockPath, ForWriting(FileMode.OpenOrCreate));
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
            options.UnixCreateMode = OnlyMine;
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

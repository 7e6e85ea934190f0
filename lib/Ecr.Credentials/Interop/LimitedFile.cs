using System.Text;

namespace Ecr.Credentials.Interop;

/// <summary>Reads files that decide about credentials and trust: never from the working directory, and no more than such a file may have.</summary>
internal static class LimitedFile
{
    /// <summary>The length of settings and tokens: 1 MiB.</summary>
    public const int MaxLength = 1 << 20;

    private const uint TypeAndMode = 0x1 | 0x2; // STATX_TYPE | STATX_MODE
    private const int TypeMask = 0xf000; // S_IFMT
    private const int DirectoryType = 0x4000; // S_IFDIR
    private const int RegularType = 0x8000; // S_IFREG
    private const int PipeType = 0x1000; // S_IFIFO

    /// <summary>Reads text, in UTF-8 unless it begins with another byte order mark.</summary>
    /// <param name="path">The path.</param>
    /// <param name="mayBePipe">Whether the file may be a named pipe, whose text can be read once.</param>
    /// <exception cref="IOException">The path is not absolute, or the file is too large, a device or a socket, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    /// <exception cref="ArgumentException">The path is invalid.</exception>
    public static string ReadAllText(string path, bool mayBePipe = false)
    {
        using var text = new StreamReader(new MemoryStream(ReadAllBytes(path, MaxLength, mayBePipe)), Encoding.UTF8);
        return text.ReadToEnd();
    }

    /// <summary>Reads bytes.</summary>
    /// <param name="path">The path.</param>
    /// <param name="maxLength">The number of bytes that the file may have.</param>
    /// <param name="mayBePipe">Whether the file may be a named pipe, whose content can be read once.</param>
    /// <exception cref="IOException">The path is not absolute, or the file is too large, a device or a socket, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    /// <exception cref="ArgumentException">The path is invalid.</exception>
    public static byte[] ReadAllBytes(string path, int maxLength, bool mayBePipe = false)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            throw new IOException("the path is not absolute");
        }

        // Checked before opening, because opening a named pipe blocks until someone writes it.
        if (IsEmptyDevice(path, mayBePipe))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var content = new MemoryStream();
        Span<byte> buffer = stackalloc byte[4096];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            content.Write(buffer[..read]);
            if (content.Length > maxLength)
            {
                throw new IOException($"the file is larger than {maxLength >> 20} MiB");
            }
        }

        return content.ToArray();
    }

    // /dev/null is the usual way to name no file.
    private static bool IsEmptyDevice(string path, bool mayBePipe)
    {
        if (!OperatingSystem.IsLinux() || QueryStatus(path) is not { } status)
        {
            return false;
        }

        var type = status.Mode & TypeMask;
        return type is not (RegularType or DirectoryType)
            && !(type == PipeType && mayBePipe)
            && (status is { DeviceMajor: 1, DeviceMinor: 3 } ? true : throw new IOException("it is not a regular file"));
    }

    private static LibC.FileStatus? QueryStatus(string path)
    {
        try
        {
            return LibC.QueryStatus(LibC.CurrentDirectory, LibC.NullTerminated(path), flags: 0, TypeAndMode, out var status) == 0 ? status : null;
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is older than 2018.
            return null;
        }
    }
}

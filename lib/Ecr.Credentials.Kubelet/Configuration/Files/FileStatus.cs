using System.Runtime.InteropServices;
using System.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Files;

/// <summary>What is at a path once links are followed, or why that is unknown, in the words of the system.</summary>
/// <remarks>On Linux by <see href="https://man7.org/linux/man-pages/man2/statx.2.html"/>, elsewhere by .NET, which knows fewer reasons.</remarks>
internal readonly struct FileStatus
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint TypeAndMode = 0x1 | 0x2; // STATX_TYPE | STATX_MODE
    private const int TypeMask = 0xf000; // S_IFMT
    private const int DirectoryType = 0x4000; // S_IFDIR
    private const int RegularType = 0x8000; // S_IFREG
    private const int Execute = 0x49; // a+x
    private const int ReadByOthers = 0x4; // o+r

    private readonly int _mode;

    private FileStatus(string? error, int mode) => (Error, _mode) = (error, mode);

    /// <summary>Why the status could not be read, such as <c>no such file or directory</c>; null if it was read.</summary>
    public string? Error { get; }

    public bool IsMissing => Error == "no such file or directory";

    public bool IsDirectory => (_mode & TypeMask) == DirectoryType;

    public bool IsRegularFile => (_mode & TypeMask) == RegularType;

    /// <summary>Whether somebody may execute it, which for the kubelet, as root, is whether it may.</summary>
    public bool IsExecutable => (_mode & Execute) != 0;

    public bool IsReadableByOthers => (_mode & ReadByOthers) != 0;

    public static FileStatus Of(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return new FileStatus("invalid argument", 0);
        }

        return OperatingSystem.IsLinux() ? Query(path) : Ask(path);
    }

    private static FileStatus Query(string path)
    {
        try
        {
            var isKnown = Statx(CurrentDirectory, Encoding.UTF8.GetBytes(path + '\0'), 0, TypeAndMode, out var result) == 0;
            return isKnown ? new FileStatus(null, result.Mode) : new FileStatus(Describe(Marshal.GetLastPInvokeError()), 0);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return Ask(path);
        }
    }

    private static FileStatus Ask(string path)
    {
        if (Directory.Exists(path))
        {
            return new FileStatus(null, DirectoryType | Execute);
        }

        if (!File.Exists(path))
        {
            return new FileStatus("no such file or directory", 0);
        }

        var mode = OperatingSystem.IsWindows() ? Execute : (int)File.GetUnixFileMode(path);
        return new FileStatus(null, RegularType | mode);
    }

    // https://man7.org/linux/man-pages/man3/errno.3.html, in the words of Go's package syscall.
    private static string Describe(int error) => error switch
    {
        1 => "operation not permitted",
        2 => "no such file or directory",
        5 => "input/output error",
        12 => "cannot allocate memory",
        13 => "permission denied",
        20 => "not a directory",
        22 => "invalid argument",
        36 => "file name too long",
        40 => "too many levels of symbolic links",
        116 => "stale file handle",
        _ => $"errno {error}",
    };

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int directory, byte[] path, int flags, uint mask, out StatxResult result);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct StatxResult
    {
        [FieldOffset(28)]
        public readonly ushort Mode;
    }
}

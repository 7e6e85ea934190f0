using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>Whose a file or folder is and who else may use it, which .NET does not tell.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man2/statx.2.html"/>, whose structure is the same on every architecture.</remarks>
[SupportedOSPlatform("linux")]
internal readonly struct FileOwnership
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8; // STATX_TYPE | STATX_MODE | STATX_UID

    private const int TypeMask = 0xf000; // S_IFMT
    private const int DirectoryType = 0x4000; // S_IFDIR
    private const int RegularType = 0x8000; // S_IFREG
    private const int GroupAndOthers = 0x3f;

    private readonly int _mode;
    private readonly uint _owner;

    private FileOwnership(in Statx statx) => (_mode, _owner) = (statx.Mode, statx.Owner);

    public bool IsDirectory => (_mode & TypeMask) == DirectoryType;

    /// <summary>Whether it is a file with content, and no link, pipe or device.</summary>
    public bool IsRegularFile => (_mode & TypeMask) == RegularType;

    /// <summary>Whether it belongs to this process's user, and nobody else may read, write or search it.</summary>
    public bool IsPrivate => _owner == GetEffectiveUserId() && (_mode & GroupAndOthers) == 0;

    /// <summary>The status of what is at the path itself, also if it is a link; null if there is nothing, or the system does not say.</summary>
    public static FileOwnership? Of(string path)
    {
        try
        {
            return Query(CurrentDirectory, NullTerminated(path), NoFollow, TypeModeAndOwner, out var statx) == 0 ? new FileOwnership(statx) : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }
    }

    /// <summary>The status of an open file; null if the system does not say.</summary>
    public static FileOwnership? Of(SafeFileHandle file)
    {
        try
        {
            return Query(file, NullTerminated(""), EmptyPath, TypeModeAndOwner, out var statx) == 0 ? new FileOwnership(statx) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static byte[] NullTerminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Query(int directory, byte[] path, int flags, uint mask, out Statx result);

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Query(SafeFileHandle directory, byte[] path, int flags, uint mask, out Statx result);

    [DllImport("libc", EntryPoint = "geteuid", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveUserId();

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Statx
    {
        [FieldOffset(20)]
        public readonly uint Owner;

        [FieldOffset(28)]
        public readonly ushort Mode;
    }
}

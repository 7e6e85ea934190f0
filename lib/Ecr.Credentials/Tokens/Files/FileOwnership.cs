using System.Runtime.Versioning;
using Ecr.Credentials.Interop;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>The type, owner and permissions of a file or directory; .NET does not expose the owner.</summary>
/// <remarks>Uses <see href="https://man7.org/linux/man-pages/man2/statx.2.html"/>, whose structure is the same on all architectures.</remarks>
[SupportedOSPlatform("linux")]
internal readonly struct FileOwnership
{
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8; // STATX_TYPE | STATX_MODE | STATX_UID

    private const int TypeMask = 0xf000; // S_IFMT
    private const int DirectoryType = 0x4000; // S_IFDIR
    private const int RegularType = 0x8000; // S_IFREG
    private const int GroupAndOthers = 0x3f;
    private const int WriteOfGroupAndOthers = 0x12;

    private readonly int _mode;
    private readonly uint _owner;

    private FileOwnership(in LibC.FileStatus status) => (_mode, _owner) = (status.Mode, status.Owner);

    public bool IsDirectory => (_mode & TypeMask) == DirectoryType;

    /// <summary>Whether it is a regular file, not a symbolic link, pipe or device.</summary>
    public bool IsRegularFile => (_mode & TypeMask) == RegularType;

    /// <summary>Whether it is owned by the current user, and neither its group nor other users have any access.</summary>
    public bool IsPrivate => _owner == LibC.GetEffectiveUserId() && (_mode & GroupAndOthers) == 0;

    /// <summary>Whether a user other than root and the current one can write it.</summary>
    public bool IsWritableByOthers => (_mode & WriteOfGroupAndOthers) != 0 || (_owner != 0 && _owner != LibC.GetEffectiveUserId());

    /// <summary>Returns the status of a path without following a symbolic link; null if the path does not exist or statx fails.</summary>
    public static FileOwnership? Of(string path)
    {
        try
        {
            return LibC.QueryStatus(LibC.CurrentDirectory, LibC.NullTerminated(path), LibC.NoFollow, TypeModeAndOwner, out var status) == 0
                ? new FileOwnership(status)
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is older than 2018 and has no statx.
            return null;
        }
    }

    /// <summary>Returns the status of an open file; null if statx fails.</summary>
    public static FileOwnership? Of(SafeFileHandle file)
    {
        try
        {
            return LibC.QueryStatus(file, LibC.NullTerminated(""), LibC.EmptyPath, TypeModeAndOwner, out var status) == 0 ? new FileOwnership(status) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }
}

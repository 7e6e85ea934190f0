using System.Runtime.Versioning;
using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Kubelet.Nodes.Files;

/// <summary>Type, permissions and owner of a file, without following a symbolic link.</summary>
[SupportedOSPlatform("linux")]
internal readonly struct NodeFileStatus
{
    private const uint Wanted = 0x1 | 0x2 | 0x8 | 0x10; // STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID
    private const int TypeMask = 0xf000; // S_IFMT
    private const int RegularType = 0x8000; // S_IFREG
    private const int DirectoryType = 0x4000; // S_IFDIR
    private const int Permissions = 0xfff;

    private readonly LibC.FileStatus _status;

    private NodeFileStatus(in LibC.FileStatus status) => _status = status;

    public bool IsRegularFile => (_status.Mode & TypeMask) == RegularType;

    public bool IsDirectory => (_status.Mode & TypeMask) == DirectoryType;

    public UnixFileMode Mode => (UnixFileMode)(_status.Mode & Permissions);

    public uint Owner => _status.Owner;

    public uint Group => _status.Group;

    /// <summary>The status of a path; null if there is nothing or it cannot be seen.</summary>
    public static NodeFileStatus? Of(string path) =>
        IsPath(path) && LibC.QueryStatus(LibC.CurrentDirectory, LibC.NullTerminated(path), LibC.NoFollow, Wanted, out var status) == 0
            ? new NodeFileStatus(status)
            : null;

    /// <summary>Whether the system could have a file of this name. Damaged files name others.</summary>
    public static bool IsPath(string path) => !path.Contains('\0', StringComparison.Ordinal);
}

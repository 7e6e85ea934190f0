using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Nodes.Files;

/// <summary>The functions of the C library that replacing a file takes and .NET does not have.</summary>
/// <remarks>Constants are those of Linux on every architecture that .NET runs on.</remarks>
[SupportedOSPlatform("linux")]
internal static class NodeLibC
{
    public const int CurrentDirectory = -100; // AT_FDCWD
    public const int EffectiveIds = 0x200; // AT_EACCESS
    public const int WriteAndSearch = 2 | 1; // W_OK | X_OK
    public const int Execute = 1; // X_OK
    public const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC

    private const DllImportSearchPath SearchPath = DllImportSearchPath.SafeDirectories;

    [DllImport("libc", EntryPoint = "open", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Synchronize(int file);

    [DllImport("libc", EntryPoint = "close", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Close(int file);

    [DllImport("libc", EntryPoint = "lchown", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int ChangeOwner(byte[] path, uint owner, uint group);

    [DllImport("libc", EntryPoint = "link", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Link(byte[] path, byte[] link);

    [DllImport("libc", EntryPoint = "faccessat", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int CheckAccess(int directory, byte[] path, int mode, int flags);

    [DllImport("libc", EntryPoint = "lgetxattr", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern nint GetAttribute(byte[] path, byte[] name, [Out] byte[] value, nuint size);

    [DllImport("libc", EntryPoint = "lsetxattr", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int SetAttribute(byte[] path, byte[] name, byte[] value, nuint size, int flags);
}

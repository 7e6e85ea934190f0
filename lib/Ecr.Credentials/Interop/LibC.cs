using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Interop;

/// <summary>The functions of the C library that .NET does not expose.</summary>
internal static class LibC
{
    /// <summary><c>AT_FDCWD</c></summary>
    public const int CurrentDirectory = -100;

    /// <summary><c>AT_SYMLINK_NOFOLLOW</c></summary>
    public const int NoFollow = 0x100;

    /// <summary><c>AT_EMPTY_PATH</c></summary>
    public const int EmptyPath = 0x1000;

    /// <summary>A string as the C library expects it.</summary>
    public static byte[] NullTerminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    // https://man7.org/linux/man-pages/man2/statx.2.html; since glibc 2.28.
    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int QueryStatus(int directory, byte[] path, int flags, uint mask, out FileStatus result);

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int QueryStatus(SafeFileHandle directory, byte[] path, int flags, uint mask, out FileStatus result);

    [DllImport("libc", EntryPoint = "geteuid", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern uint GetEffectiveUserId();

    [DllImport("libc", EntryPoint = "setenv", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SetEnvironmentVariable(byte[] name, byte[] value, int overwrite);

    [DllImport("libc", EntryPoint = "read", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint Read(int descriptor, ref byte buffer, nuint count);

    [DllImport("libc", EntryPoint = "write", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint Write(int descriptor, in byte buffer, nuint count);

    /// <summary><c>struct statx</c>, which is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public readonly struct FileStatus
    {
        [FieldOffset(20)]
        public readonly uint Owner;

        [FieldOffset(24)]
        public readonly uint Group;

        [FieldOffset(28)]
        public readonly ushort Mode;
    }
}

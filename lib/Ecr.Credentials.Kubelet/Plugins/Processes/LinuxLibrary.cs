using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Plugins.Processes;

/// <summary>What is asked of the C library to start a program and to learn how it ended.</summary>
/// <remarks>Constants are those of Linux on every architecture that .NET runs on.</remarks>
[SupportedOSPlatform("linux")]
internal static class LinuxLibrary
{
    public const int CloseOnExec = 0x80000; // O_CLOEXEC
    public const int NonBlocking = 0x800; // O_NONBLOCK
    public const int GetFileFlags = 1; // F_GETFD
    public const int SetFlags = 4; // F_SETFL
    public const int FileCloseOnExec = 1; // FD_CLOEXEC
    public const short PollIn = 1;
    public const short PollOut = 4;
    public const int Interrupted = 4; // EINTR
    public const int WouldBlock = 11; // EAGAIN
    public const int KillSignal = 9;
    public const short SpawnSetGroup = 2; // POSIX_SPAWN_SETPGROUP
    public const short SpawnSetDefaultSignals = 4; // POSIX_SPAWN_SETSIGDEF
    public const short SpawnSetSignalMask = 8; // POSIX_SPAWN_SETSIGMASK
    public const int ByProcessId = 1; // P_PID
    public const int Exited = 4; // WEXITED
    public const int DoNotReap = 0x1000000; // WNOWAIT

    /// <summary>Larger than the structures of any C library: posix_spawnattr_t, posix_spawn_file_actions_t, siginfo_t, sigset_t.</summary>
    public const int StructureSize = 1024;

    private const DllImportSearchPath SearchPath = DllImportSearchPath.SafeDirectories;

    [DllImport("libc", EntryPoint = "pipe2", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int CreatePipe([Out] int[] ends, int flags);

    [DllImport("libc", EntryPoint = "fcntl", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Control(int file, int command, nint argument);

    [DllImport("libc", EntryPoint = "close", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Close(int file);

    [DllImport("libc", EntryPoint = "read", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern nint Read(int file, ref byte buffer, nint length);

    [DllImport("libc", EntryPoint = "write", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern nint Write(int file, ref byte buffer, nint length);

    [DllImport("libc", EntryPoint = "poll", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Poll([In, Out] PollEntry[] entries, nuint count, int timeout);

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int SendSignal(int process, int signal);

    [DllImport("libc", EntryPoint = "waitid", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int WaitUntil(int idType, int id, byte[] info, int options);

    [DllImport("libc", EntryPoint = "waitpid", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Reap(int process, out int status, int options);

    [DllImport("libc", EntryPoint = "posix_spawn", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int Spawn(out int process, byte[] path, byte[] actions, byte[] attributes, nint[] arguments, nint[] environment);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_init", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int InitializeActions(byte[] actions);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int AddDuplicate(byte[] actions, int file, int target);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_addclose", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int AddClose(byte[] actions, int file);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_destroy", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int DestroyActions(byte[] actions);

    [DllImport("libc", EntryPoint = "posix_spawnattr_init", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int InitializeAttributes(byte[] attributes);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setflags", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int SetAttributeFlags(byte[] attributes, short flags);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setsigdefault", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int SetDefaultSignals(byte[] attributes, byte[] signals);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setsigmask", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int SetSignalMask(byte[] attributes, byte[] signals);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setpgroup", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(SearchPath)]
    public static extern int SetGroup(byte[] attributes, int group);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry(int file, short events)
    {
        public int File = file;
        public short Events = events;
        public short Results;
    }
}

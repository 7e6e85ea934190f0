using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>Runs a program with minimal overhead: <c>posix_spawn</c> and <c>waitpid</c>, on Linux.</summary>
internal static partial class NativeProcess
{
    private const int ReadOnly = 0;
    private const int WriteCreateTruncate = 0x241;

    /// <summary>Returns the time from start to exit; the program must succeed.</summary>
    public static unsafe TimeSpan Run(Contender contender, string inputFile, string outputFile)
    {
        // glibc's posix_spawn_file_actions_t is 80 bytes long.
        var actions = stackalloc byte[256];
        Check(posix_spawn_file_actions_init(actions));
        Check(posix_spawn_file_actions_addopen(actions, 0, inputFile, ReadOnly, 0));
        Check(posix_spawn_file_actions_addopen(actions, 1, outputFile, WriteCreateTruncate, 0x180));

        string?[] arguments = [contender.Path, .. contender.Arguments, null];
        string?[] environment = [.. contender.Environment.Select(variable => $"{variable.Key}={variable.Value}"), null];
        var started = Stopwatch.GetTimestamp();
        Check(posix_spawn(out var pid, contender.Path, actions, null, arguments, environment));
        var waited = waitpid(pid, out var status, 0);
        var elapsed = Stopwatch.GetElapsedTime(started);

        Check(posix_spawn_file_actions_destroy(actions));
        return waited == pid && status == 0
            ? elapsed
            : throw new InvalidOperationException($"{contender.Name} failed with status {status:x}.");
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int posix_spawn(out int pid, string path, byte* actions, void* attributes, string?[] argv, string?[] envp);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_init(byte* actions);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_destroy(byte* actions);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, string path, int flags, uint mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int waitpid(int pid, out int status, int options);
}

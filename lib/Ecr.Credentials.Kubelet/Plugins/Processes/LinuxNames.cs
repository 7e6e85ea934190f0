using System.Globalization;

namespace Ecr.Credentials.Kubelet.Plugins.Processes;

/// <summary>Signals and errors as Go names them on Linux, <see href="https://github.com/golang/go/blob/master/src/syscall/zerrors_linux_amd64.go"/>.</summary>
internal static class LinuxNames
{
    private static readonly string[] Signals =
    [
        "", "hangup", "interrupt", "quit", "illegal instruction", "trace/breakpoint trap", "aborted", "bus error", "floating point exception", "killed",
        "user defined signal 1", "segmentation fault", "user defined signal 2", "broken pipe", "alarm clock", "terminated", "stack fault", "child exited",
        "continued", "stopped (signal)", "stopped", "stopped (tty input)", "stopped (tty output)", "urgent I/O condition", "CPU time limit exceeded",
        "file size limit exceeded", "virtual timer expired", "profiling timer expired", "window changed", "I/O possible", "power failure",
        "bad system call",
    ];

    public static string Signal(int number) =>
        number > 0 && number < Signals.Length ? Signals[number] : string.Create(CultureInfo.InvariantCulture, $"signal {number}");

    /// <summary>The errors of starting a program.</summary>
    public static string Error(int number) => number switch
    {
        1 => "operation not permitted",
        2 => "no such file or directory",
        5 => "input/output error",
        7 => "argument list too long",
        8 => "exec format error",
        11 => "resource temporarily unavailable",
        12 => "cannot allocate memory",
        13 => "permission denied",
        20 => "not a directory",
        21 => "is a directory",
        22 => "invalid argument",
        23 => "too many open files in system",
        24 => "too many open files",
        26 => "text file busy",
        36 => "file name too long",
        40 => "too many levels of symbolic links",
        80 => "accessing a corrupted shared library",
        _ => string.Create(CultureInfo.InvariantCulture, $"errno {number}"),
    };
}

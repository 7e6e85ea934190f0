using System.Runtime.InteropServices;
using System.Text;

namespace Ecr.Credentials.Shim;

/// <summary>Ends the process when its time is over, whatever blocks it: a stream, a file system or a name service.</summary>
/// <remarks>
/// The exchange has a deadline of its own, which says what it was waiting for. This one is later by <see cref="Grace"/>, and also ends system calls that
/// nothing can cancel.
/// </remarks>
internal sealed class ProcessDeadline
{
    private const int ExitCode = 1;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly string?[] _texts = new string?[3];

    // A native executable for Linux has shim/native inside; others are started by the .NET host, which has not.
    private bool _isNative = OperatingSystem.IsLinux();

    /// <summary>What is written to standard output when the time is over; nothing if <see langword="null"/>.</summary>
    public string? Answer
    {
        set => Set(1, value);
    }

    /// <summary>What is written to standard error when the time is over; nothing if <see langword="null"/>.</summary>
    public string? Line
    {
        set => Set(2, value);
    }

    /// <summary>What is written to standard error when .NET aborts the process, in place of a stack trace; nothing if empty.</summary>
    public string? AbortLine
    {
        set => Set(3, value);
    }

    /// <param name="timeout">The timeout of the exchange.</param>
    public void Arm(TimeSpan timeout)
    {
        var milliseconds = (int)(timeout + Grace).TotalMilliseconds;
        if (_isNative)
        {
            ArmNative(milliseconds);
            return;
        }

        new Thread(() =>
        {
            Thread.Sleep(milliseconds);
            _ = StandardStream.TryWriteAtOnce(1, Encoding.UTF8.GetBytes(_texts[0] ?? ""));
            _ = StandardStream.TryWriteAtOnce(2, Encoding.UTF8.GetBytes(_texts[1] ?? ""));
            Exit();
        })
        { IsBackground = true }.Start();
    }

    /// <summary>Ends the process at once with the exit code of a failure.</summary>
    public static void Exit()
    {
        if (OperatingSystem.IsLinux())
        {
            // Nothing that may block runs, such as handlers of the end of the process.
            Interop.LibC.Exit(ExitCode);
        }

        Environment.Exit(ExitCode);
    }

    private void Set(int number, string? text)
    {
        _texts[number - 1] = text;
        if (!_isNative)
        {
            return;
        }

        try
        {
            SetText(number, Marshal.StringToCoTaskMemUTF8(text), (nuint)Encoding.UTF8.GetByteCount(text ?? ""));
        }
        catch (DllNotFoundException)
        {
            _isNative = false;
        }
    }

    [DllImport("deadline", EntryPoint = "deadline_arm", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ArmNative(int milliseconds);

    [DllImport("deadline", EntryPoint = "deadline_set_text", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void SetText(int number, nint bytes, nuint length);
}

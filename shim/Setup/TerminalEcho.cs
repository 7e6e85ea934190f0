using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Ecr.Credentials.Shim.Setup;

/// <summary>Keeps the terminal from showing what is typed, until this is disposed or a signal ends the process.</summary>
/// <remarks>
/// .NET hides only what is typed while it waits for a key, and so shows the rest of what is pasted:
/// <see href="https://man7.org/linux/man-pages/man3/termios.3.html"/>.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class TerminalEcho : IDisposable
{
    private const int StandardInput = 0;
    private const int AfterOutput = 1; // TCSADRAIN
    private const int LocalFlags = 12; // The offset of c_lflag, in every C library of Linux.
    private const byte Echo = 0x8; // ECHO
    private const int LargerThanTermios = 256;

    private readonly byte[] _before = new byte[LargerThanTermios];
    private readonly PosixSignalRegistration[] _signals;

    private TerminalEcho()
    {
        _signals = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM), Register(PosixSignal.SIGHUP)];
        var changed = new byte[LargerThanTermios];
        if (GetAttributes(StandardInput, _before) == 0)
        {
            _before.CopyTo(changed, 0);
            changed[LocalFlags] &= unchecked((byte)~Echo);
            _ = SetAttributes(StandardInput, AfterOutput, changed);
        }
    }

    public static TerminalEcho Disable() => new();

    public void Dispose()
    {
        Restore();
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }
    }

    // The signal still ends the process.
    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, _ => Restore());

    private void Restore() => _ = SetAttributes(StandardInput, AfterOutput, _before);

    [DllImport("libc", EntryPoint = "tcgetattr", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetAttributes(int file, [Out] byte[] attributes);

    [DllImport("libc", EntryPoint = "tcsetattr", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAttributes(int file, int when, byte[] attributes);
}

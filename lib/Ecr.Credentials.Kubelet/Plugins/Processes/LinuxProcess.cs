using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using static Ecr.Credentials.Kubelet.Plugins.Processes.LinuxLibrary;

namespace Ecr.Credentials.Kubelet.Plugins.Processes;

/// <summary>A plugin's process on Linux, from its start to the end of it and of everybody who holds its standard output or standard error.</summary>
/// <remarks>
/// <see cref="Process"/> is not used because it merges exit codes and signals into one number, which the kubelet distinguishes, and because a process that
/// ended and left children behind could no longer be distinguished from these. Here a plugin leads a process group of its own, and stays a zombie
/// until its output
/// has ended, so that the number of the group cannot become anyone else's before.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcess
{
    private const int BufferLength = 64 * 1024;

    private readonly PluginCommand _command;
    private readonly int _maxOutputLength;
    private readonly int _maxErrorLength;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();
    private readonly byte[] _buffer = new byte[BufferLength];

    // Guards the fields below: a process that has been reaped must not be killed, since its number may be another's.
    private readonly Lock _gate = new();
    private int _id;
    private bool _isStarted;
    private bool _isReaped;
    private bool _isKilled;
    private Pipe _wake;

    private LinuxProcess(PluginCommand command, int maxOutputLength, int maxErrorLength)
    {
        _command = command;
        _maxOutputLength = maxOutputLength;
        _maxErrorLength = maxErrorLength;
    }

    /// <summary>Runs a program.</summary>
    /// <param name="command">The program.</param>
    /// <param name="input">Written to standard input, which is then closed. The program may end without reading it.</param>
    /// <param name="maxOutputLength">A program that writes more to standard output is killed.</param>
    /// <param name="maxErrorLength">Of standard error as much is kept and the rest discarded.</param>
    /// <param name="cancellationToken">
    /// Kills the program with all that it has started, before <see cref="CancellationTokenSource.Cancel()"/> returns. What it has written until then is the
    /// result.
    /// </param>
    public static Task<PluginExit> RunAsync(
        PluginCommand command, ReadOnlyMemory<byte> input, int maxOutputLength, int maxErrorLength, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => new LinuxProcess(command, maxOutputLength, maxErrorLength).Run(input.Span, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

    private PluginExit Run(ReadOnlySpan<byte> input, CancellationToken cancellationToken)
    {
        Pipe standardInput = default;
        Pipe standardOutput = default;
        Pipe standardError = default;
        try
        {
            if (!Pipe.TryCreate(out standardInput) || !Pipe.TryCreate(out standardOutput) || !Pipe.TryCreate(out standardError) || !Pipe.TryCreate(out _wake))
            {
                return Failed($"pipe2: {LinuxNames.Error(Marshal.GetLastPInvokeError())}");
            }

            // Registered before the start and started under the lock: a cancellation waits until there is a process to kill, or prevents the start.
            using var registration = cancellationToken.UnsafeRegister(static process => ((LinuxProcess)process!).Kill(), this);
            lock (_gate)
            {
                if (_isKilled)
                {
                    return Failed($"signal: {LinuxNames.Signal(KillSignal)}");
                }

                var error = Start(standardInput.Read, standardOutput.Write, standardError.Write);
                if (error != 0)
                {
                    return Failed(PluginCommand.StartFault(_command.Path, LinuxNames.Error(error)));
                }

                _isStarted = true;
            }

            standardInput.CloseRead();
            standardOutput.CloseWrite();
            standardError.CloseWrite();
            var isTooLong = !Exchange(input, ref standardInput, ref standardOutput, ref standardError);
            var fault = WaitForExit();
            return new PluginExit(
                isTooLong ? string.Create(CultureInfo.InvariantCulture, $"more than {_maxOutputLength} bytes on standard output") : fault,
                isTooLong ? default : _output.WrittenMemory,
                _error.WrittenMemory);
        }
        finally
        {
            standardInput.Close();
            standardOutput.Close();
            standardError.Close();
            lock (_gate)
            {
                // Also if it could not be killed, and so not be reaped.
                _isReaped = true;
                _wake.Close();
            }
        }
    }

    private static PluginExit Failed(string fault) => new(fault, default, default);

    private static byte[] NullTerminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private int Start(int input, int output, int error)
    {
        var actions = new byte[StructureSize];
        var attributes = new byte[StructureSize];
        var allSignals = new byte[StructureSize];
        allSignals.AsSpan().Fill(0xff);
        var arguments = Allocate([_command.Name, .. _command.Arguments]);
        var environment = Allocate([.. _command.Environment.Select(pair => $"{pair.Key}={pair.Value}")]);
        _ = InitializeActions(actions);
        _ = InitializeAttributes(attributes);
        try
        {
            _ = AddDuplicate(actions, input, 0);
            _ = AddDuplicate(actions, output, 1);
            _ = AddDuplicate(actions, error, 2);
            foreach (var file in FindInheritedFiles())
            {
                _ = AddClose(actions, file);
            }

            // This process may ignore or block signals, which a program would inherit.
            _ = SetDefaultSignals(attributes, allSignals);
            _ = SetSignalMask(attributes, new byte[StructureSize]);
            _ = SetGroup(attributes, 0);
            _ = SetAttributeFlags(attributes, SpawnSetGroup | SpawnSetDefaultSignals | SpawnSetSignalMask);
            return Spawn(out _id, NullTerminated(_command.Path), actions, attributes, arguments, environment);
        }
        finally
        {
            _ = DestroyActions(actions);
            Free(arguments);
            Free(environment);
        }
    }

    private static nint[] Allocate(string[] texts)
    {
        // The list ends with a null pointer.
        var pointers = new nint[texts.Length + 1];
        for (var i = 0; i < texts.Length; i++)
        {
            pointers[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return pointers;
    }

    private static void Free(nint[] pointers)
    {
        foreach (var pointer in pointers)
        {
            // Zeroed, because values may be secrets.
            Marshal.ZeroFreeCoTaskMemUTF8(pointer);
        }
    }

    // The kubelet's plugins inherit nothing but the standard streams. Of a .NET process they would, since neither its runtime nor who started it marks
    // all files to be closed. One that is closed in between does no harm.
    private static IEnumerable<int> FindInheritedFiles()
    {
        foreach (var path in Directory.EnumerateFiles("/proc/self/fd"))
        {
            var file = int.Parse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture);
            var flags = file > 2 ? Control(file, GetFileFlags, 0) : -1;
            if (flags >= 0 && (flags & FileCloseOnExec) == 0)
            {
                yield return file;
            }
        }
    }

    // Until both outputs have ended and the input is written or refused, or the process is killed. False if the program writes too much.
    private bool Exchange(ReadOnlySpan<byte> input, ref Pipe standardInput, ref Pipe standardOutput, ref Pipe standardError)
    {
        SetNonBlocking(standardInput.Write);
        SetNonBlocking(standardOutput.Read);
        SetNonBlocking(standardError.Read);
        var entries = new PollEntry[4];
        while (standardInput.Write >= 0 || standardOutput.Read >= 0 || standardError.Read >= 0)
        {
            // A negative number is skipped.
            entries[0] = new PollEntry(standardInput.Write, PollOut);
            entries[1] = new PollEntry(standardOutput.Read, PollIn);
            entries[2] = new PollEntry(standardError.Read, PollIn);
            entries[3] = new PollEntry(_wake.Read, PollIn);
            if (Poll(entries, (nuint)entries.Length, -1) < 0)
            {
                continue;
            }

            if (entries[0].Results != 0 && !WriteInput(standardInput.Write, ref input))
            {
                standardInput.CloseWrite();
            }

            if ((entries[1].Results != 0 && !Drain(standardOutput.Read, _output, _maxOutputLength + 1)) || _output.WrittenCount > _maxOutputLength)
            {
                standardOutput.CloseRead();
            }

            if (entries[2].Results != 0 && !Drain(standardError.Read, _error, _maxErrorLength))
            {
                standardError.CloseRead();
            }

            if (_output.WrittenCount > _maxOutputLength)
            {
                Kill();
                return false;
            }

            if (entries[3].Results != 0)
            {
                // Killed: what it wrote before lies in the pipes. A process that escaped may hold them open and is not waited for.
                _ = standardOutput.Read >= 0 && Drain(standardOutput.Read, _output, _maxOutputLength);
                _ = standardError.Read >= 0 && Drain(standardError.Read, _error, _maxErrorLength);
                return true;
            }
        }

        return true;
    }

    private static void SetNonBlocking(int file) => _ = Control(file, SetFlags, NonBlocking);

    // False once there is nothing left to write, or no reader.
    private static bool WriteInput(int file, ref ReadOnlySpan<byte> input)
    {
        if (!input.IsEmpty)
        {
            var written = Write(file, ref MemoryMarshal.GetReference(input), input.Length);
            if (written < 0)
            {
                return Marshal.GetLastPInvokeError() is WouldBlock or Interrupted;
            }

            input = input[(int)written..];
        }

        return !input.IsEmpty;
    }

    // Reads what there is. False at the end. A program that writes without end must not keep this from noticing that it is killed.
    private bool Drain(int file, ArrayBufferWriter<byte> target, int maxLength)
    {
        for (var reads = 0; reads < 16; reads++)
        {
            var length = (int)Read(file, ref _buffer[0], _buffer.Length);
            if (length <= 0)
            {
                return length < 0 && Marshal.GetLastPInvokeError() is WouldBlock or Interrupted;
            }

            target.Write(_buffer.AsSpan(0, Math.Min(length, maxLength - target.WrittenCount)));
        }

        return true;
    }

    private string? WaitForExit()
    {
        lock (_gate)
        {
            if (_isKilled && SendSignal(_id, 0) != 0)
            {
                // It has become another user's, who alone may kill it.
                return LinuxNames.Signal(KillSignal);
            }
        }

        // First without reaping, since that happens under the lock and this may take long.
        while (WaitUntil(ByProcessId, _id, new byte[StructureSize], Exited | DoNotReap) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }

        lock (_gate)
        {
            _isReaped = true;
            return Reap(_id, out var status, 0) == _id ? Describe(status) : "waitid: no child processes";
        }
    }

    private static string? Describe(int status)
    {
        var signal = status & 0x7f;
        var exitCode = (status >> 8) & 0xff;
        return signal != 0 ? $"signal: {LinuxNames.Signal(signal)}{((status & 0x80) != 0 ? " (core dumped)" : "")}"
            : exitCode != 0 ? string.Create(CultureInfo.InvariantCulture, $"exit status {exitCode}")
            : null;
    }

    private void Kill()
    {
        lock (_gate)
        {
            if (_isReaped)
            {
                return;
            }

            _isKilled = true;
            if (!_isStarted)
            {
                return;
            }

            // The tree reaches children that have left the group, the group those whose parent has ended.
            KillTree(_id);
            _ = SendSignal(-_id, KillSignal);
            byte wake = 0;
            _ = Write(_wake.Write, ref wake, 1);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The group is killed in any case.")]
    private static void KillTree(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>The two ends of a pipe; -1 for one that is closed.</summary>
    private struct Pipe
    {
        // Zero is valid for a file, but not for one that has not been opened.
        private int _read;
        private int _write;

        private Pipe(int read, int write) => (_read, _write) = (read + 1, write + 1);

        public readonly int Read => _read - 1;

        public readonly int Write => _write - 1;

        public static bool TryCreate(out Pipe pipe)
        {
            var ends = new int[2];
            var isCreated = CreatePipe(ends, CloseOnExec) == 0;
            pipe = isCreated ? new Pipe(ends[0], ends[1]) : default;
            return isCreated;
        }

        public void CloseRead() => Close(ref _read);

        public void CloseWrite() => Close(ref _write);

        public void Close()
        {
            CloseRead();
            CloseWrite();
        }

        private static void Close(ref int file)
        {
            if (file > 0)
            {
                _ = LinuxLibrary.Close(file - 1);
                file = 0;
            }
        }
    }
}

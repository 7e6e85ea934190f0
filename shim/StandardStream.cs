using System.Runtime.InteropServices;
using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Shim;

/// <summary>
/// Standard input or output, used on Linux without .NET's console, which prepares for a terminal with duplicated descriptors, a thread, a pipe and signal
/// handlers. That takes longer than reading a cached password.
/// </summary>
/// <remarks>The asynchronous methods use the caller's thread as long as the system does not block it, and a thread of the pool from then on.</remarks>
internal sealed class StandardStream : Stream
{
    // A pipe that is ready takes at least this much: https://man7.org/linux/man-pages/man7/pipe.7.html
    private const int AtOnce = 4096;

    private const short Readable = 1; // POLLIN
    private const short Writable = 4; // POLLOUT
    private const int Interrupted = 4; // EINTR
    private const int WouldBlock = 11; // EAGAIN

    private readonly int _descriptor;
    private readonly Action? _writing;
    private readonly Stream? _console;

    private StandardStream(int descriptor, Func<Stream> openConsole, Action? writing = null)
    {
        _descriptor = descriptor;
        _writing = writing;
        _console = OperatingSystem.IsLinux() ? null : openConsole();
    }

    public override bool CanRead => _descriptor == 0;

    public override bool CanSeek => false;

    public override bool CanWrite => _descriptor != 0;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static bool IsInputTerminal => OperatingSystem.IsLinux() ? LibC.IsTerminal(0) == 1 : !Console.IsInputRedirected;

    public static StandardStream OpenInput() => new(0, Console.OpenStandardInput);

    /// <param name="writing">Called before anything is written.</param>
    public static StandardStream OpenOutput(Action? writing = null) => new(1, Console.OpenStandardOutput, writing);

    /// <summary>Opens standard error for a conversation; <see cref="StandardError"/> is for lines that must not block.</summary>
    public static StandardStream OpenError() => new(2, Console.OpenStandardError);

    /// <summary>Writes as much as the descriptor takes without blocking, and returns the number of bytes.</summary>
    public static int TryWriteAtOnce(int descriptor, ReadOnlySpan<byte> buffer)
    {
        var length = 0;
        while (OperatingSystem.IsLinux() && length < buffer.Length && IsReady(descriptor, Writable))
        {
            var written = WriteOnce(descriptor, buffer.Slice(length, Math.Min(AtOnce, buffer.Length - length)));
            if (written < 0)
            {
                break;
            }

            length += written;
        }

        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_console is not null)
        {
            return _console.Read(buffer);
        }

        nint read;
        do
        {
            read = LibC.Read(_descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        }
        while (read < 0 && CanRetry(_descriptor, Readable));

        return read >= 0 ? (int)read : throw Failure();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _console is null && IsReady(_descriptor, Readable)
            ? new(Read(buffer.Span))
            : new(Task.Run(() => Read(buffer.Span), CancellationToken.None));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _writing?.Invoke();
        if (_console is not null)
        {
            _console.Write(buffer);
            return;
        }

        while (!buffer.IsEmpty)
        {
            var written = WriteOnce(_descriptor, buffer);
            buffer = written >= 0 ? buffer[written..] : throw Failure();
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _writing?.Invoke();
        var rest = _console is null ? buffer[TryWriteAtOnce(_descriptor, buffer.Span)..] : buffer;
        return rest.IsEmpty ? ValueTask.CompletedTask : new(Task.Run(() => Write(rest.Span), CancellationToken.None));
    }

    // Nothing is buffered.
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _console?.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsReady(int descriptor, short operation, int milliseconds = 0)
    {
        var status = new LibC.PollStatus { Descriptor = descriptor, Requested = operation };

        // Where the kernel cannot say, reading or writing shows it.
        return LibC.Poll(ref status, 1, milliseconds) != 0;
    }

    private static int WriteOnce(int descriptor, ReadOnlySpan<byte> buffer)
    {
        nint written;
        do
        {
            written = LibC.Write(descriptor, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        }
        while (written < 0 && CanRetry(descriptor, Writable));

        return (int)written;
    }

    // A parent may have made its end of the stream, and with it this one, non-blocking.
    private static bool CanRetry(int descriptor, short operation)
    {
        switch (Marshal.GetLastPInvokeError())
        {
            case Interrupted:
                return true;

            case WouldBlock:
                _ = IsReady(descriptor, operation, Timeout.Infinite);
                return true;

            default:
                return false;
        }
    }

    private static IOException Failure() => new(Marshal.GetLastPInvokeErrorMessage());
}

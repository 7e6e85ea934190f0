using System.Runtime.InteropServices;

using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Shim;

/// <summary>
/// A standard stream, used on the caller's thread and on Linux without .NET's console, which prepares for a terminal with duplicated descriptors, a
/// thread, a pipe and signal handlers. That takes longer than reading a cached password.
/// </summary>
internal sealed class StandardStream : Stream
{
    private readonly int _descriptor;
    private readonly Func<Stream> _openConsole;
    private Stream? _console;

    private StandardStream(int descriptor, Func<Stream> openConsole)
    {
        _descriptor = descriptor;
        _openConsole = openConsole;
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

    // After a failed system call the console tries again, because it knows which results are errors and how to describe them.
    private Stream Fallback => _console ??= _openConsole();

    public static StandardStream OpenInput() => new(0, Console.OpenStandardInput);

    public static StandardStream OpenOutput() => new(1, Console.OpenStandardOutput);

    public static StandardStream OpenError() => new(2, Console.OpenStandardError);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = OperatingSystem.IsLinux() ? (int)LibC.Read(_descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length) : -1;
        return read >= 0 ? read : Fallback.Read(buffer);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (OperatingSystem.IsLinux() && !buffer.IsEmpty)
        {
            var written = (int)LibC.Write(_descriptor, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (written <= 0)
            {
                break;
            }

            buffer = buffer[written..];
        }

        if (!buffer.IsEmpty)
        {
            Fallback.Write(buffer);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
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
}

using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim;

/// <summary>Reads standard input or writes standard output on the caller's thread. Those of the thread pool take longer to start than a password takes that is in a file.</summary>
/// <param name="console">.NET's stream for it; the caller disposes it.</param>
internal sealed class StandardStream(Stream console) : Stream
{
    private const int StandardOutput = 1;

    public override bool CanRead => console.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => console.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => console.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(console.Read(buffer.Span));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // The console prepares for a terminal before its first byte: a thread, a pipe, signal handlers. It is asked only to judge an error.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (OperatingSystem.IsLinux() && !buffer.IsEmpty)
        {
            var written = (int)WriteDescriptor(StandardOutput, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (written <= 0)
            {
                break;
            }

            buffer = buffer[written..];
        }

        if (!buffer.IsEmpty)
        {
            console.Write(buffer);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush() => console.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        console.Flush();
        return Task.CompletedTask;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [DllImport("libc", EntryPoint = "write", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint WriteDescriptor(int descriptor, in byte buffer, nuint count);
}

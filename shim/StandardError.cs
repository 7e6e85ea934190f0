using System.Text;
using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Shim;

/// <summary>Standard error, to which lines are written only as far as it takes them at once: a full pipe blocks nothing.</summary>
/// <remarks>
/// A line feed ends each line on a terminal and separates lines elsewhere, because the kubelet logs text with a final line feed as a block of lines.
/// Thread-safe.
/// </remarks>
internal sealed class StandardError : TextWriter
{
    private const int Descriptor = 2;

    private readonly Lock _gate = new();
    private readonly bool _isTerminal = OperatingSystem.IsLinux() ? LibC.IsTerminal(Descriptor) == 1 : !Console.IsErrorRedirected;
    private readonly Stream? _console = OperatingSystem.IsLinux() ? null : Console.OpenStandardError();
    private bool _hasLines;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Called before the line is written that says why the program failed.</summary>
    public Action? Reporting { get; set; }

    /// <exception cref="IOException">The line could not be written.</exception>
    public override void WriteLine(string? value)
    {
        Reporting?.Invoke();
        if (!TryWriteLine(value ?? ""))
        {
            throw new IOException("standard error takes no text");
        }
    }

    public override void Write(char value) => throw new NotSupportedException();

    /// <returns>Whether the whole line was written.</returns>
    public bool TryWriteLine(string line)
    {
        lock (_gate)
        {
            var bytes = Encoding.UTF8.GetBytes(Format(line, isFirst: !_hasLines));
            _hasLines = true;
            return TryWrite(bytes);
        }
    }

    /// <summary>The line with the line feed that it needs.</summary>
    public string Format(string line, bool isFirst) => _isTerminal ? $"{line}\n" : isFirst ? line : $"\n{line}";

    protected override void Dispose(bool disposing)
    {
        _console?.Dispose();
        base.Dispose(disposing);
    }

    private bool TryWrite(byte[] bytes)
    {
        if (_console is null)
        {
            return StandardStream.TryWriteAtOnce(Descriptor, bytes) == bytes.Length;
        }

        try
        {
            _console.Write(bytes);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

namespace Ecr.Credentials.Processes;

/// <summary>What a child process wrote and how it ended.</summary>
/// <param name="exitCode">The exit code.</param>
/// <param name="output">Standard output.</param>
/// <param name="isOutputTooLong">Whether the program was killed because it wrote more than allowed.</param>
/// <param name="error">The beginning of standard error.</param>
internal sealed class ChildProcessResult(int exitCode, ReadOnlyMemory<byte> output, bool isOutputTooLong, ReadOnlyMemory<byte> error)
{
    public int ExitCode { get; } = exitCode;

    public ReadOnlyMemory<byte> Output { get; } = output;

    public bool IsOutputTooLong { get; } = isOutputTooLong;

    public ReadOnlyMemory<byte> Error { get; } = error;
}

namespace Ecr.Emulator;

/// <summary>What came of one run of a plugin.</summary>
public sealed class PluginResult
{
    /// <summary>The process's own exit code; what the platform reports for a killed process where <see cref="TimedOut"/>.</summary>
    public required int ExitCode { get; init; }

    public required ReadOnlyMemory<byte> StandardOutput { get; init; }

    public required string StandardError { get; init; }

    /// <summary>From the start of the process to its end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>True where the process had to be killed.</summary>
    public required bool TimedOut { get; init; }
}

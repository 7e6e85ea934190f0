namespace Ecr.Emulator;

/// <summary>The result of one plugin run.</summary>
public sealed class PluginResult
{
    /// <summary>The exit code of the process; if <see cref="TimedOut"/>, what the platform reports for a killed process.</summary>
    public required int ExitCode { get; init; }

    public required ReadOnlyMemory<byte> StandardOutput { get; init; }

    public required string StandardError { get; init; }

    /// <summary>The time from the start of the process to its exit.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Whether the process was killed at the deadline.</summary>
    public required bool TimedOut { get; init; }
}

namespace Ecr.Emulator;

/// <summary>The result of one run of a plugin.</summary>
public sealed class PluginResult
{
    /// <summary>The exit code of the process; platform-specific if <see cref="TimedOut"/>.</summary>
    public required int ExitCode { get; init; }

    public required ReadOnlyMemory<byte> StandardOutput { get; init; }

    public required string StandardError { get; init; }

    /// <summary>The time from the start of the process to its exit.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Whether the process was killed at the timeout.</summary>
    public required bool TimedOut { get; init; }
}

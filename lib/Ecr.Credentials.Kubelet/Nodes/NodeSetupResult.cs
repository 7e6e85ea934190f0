using System.Diagnostics;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>How applying a plan ended.</summary>
/// <remarks>Immutable. Texts hold no secrets.</remarks>
[DebuggerDisplay("{Outcome}: {Message}")]
public sealed class NodeSetupResult
{
    internal NodeSetupResult(NodeSetupOutcome outcome, string message, IReadOnlyList<string>? backups = null)
    {
        Outcome = outcome;
        Message = message;
        Backups = backups ?? [];
    }

    /// <summary>How it ended.</summary>
    public NodeSetupOutcome Outcome { get; }

    /// <summary>Why, on one line; empty if all is well.</summary>
    public string Message { get; }

    /// <summary>The paths on the node of the files that are kept as they were before the first set-up.</summary>
    public IReadOnlyList<string> Backups { get; }

    /// <summary>How long the kubelet took to be back; <see langword="null"/> if it was not restarted.</summary>
    public TimeSpan? RestartTime { get; internal init; }
}

using System.Diagnostics;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Records;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>What setting up a node, or undoing it, changes. Nothing is changed until <see cref="NodeSetup.ApplyAsync"/>.</summary>
/// <remarks>Immutable and thread-safe. Texts hold no secrets.</remarks>
[DebuggerDisplay("{Changes.Count} changes, {Refusals.Count} refusals")]
[SupportedOSPlatform("linux")]
public sealed class NodeSetupPlan
{
    internal NodeSetupPlan(NodeLayout layout) => Layout = layout;

    /// <summary>The node.</summary>
    public NodeLayout Layout { get; }

    /// <summary>Whether it undoes a set-up.</summary>
    public bool IsRemoval { get; internal init; }

    /// <summary>The files that change, in the order in which they are written. Empty if there is nothing to do.</summary>
    public IReadOnlyList<NodeFileChange> Changes { get; internal init; } = [];

    /// <summary>The provider as it will be in the configuration; <see langword="null"/> if it is removed or the plan is refused.</summary>
    public CredentialProvider? Provider { get; internal init; }

    /// <summary>Why the plan cannot be applied. Empty if it can.</summary>
    public IReadOnlyList<string> Refusals { get; internal init; } = [];

    /// <summary>What to know before it is applied, such as a step that is left to do by hand.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>The paths that this process may not write. A plan with any is refused when it is applied, before the first change.</summary>
    public IReadOnlyList<string> MissingPermissions { get; internal init; } = [];

    /// <summary>
    /// The service to restart for the changes, or those of an earlier set-up, to take effect; <see langword="null"/> if none has to be, or it is not known.
    /// </summary>
    public string? ServiceToRestart { get; internal init; }

    /// <summary>On a system whose files cannot be changed: the text to add to its own configuration. Otherwise <see langword="null"/>.</summary>
    public string? Instructions { get; internal init; }

    /// <summary>All changes as a unified diff, with secrets masked; empty if nothing changes.</summary>
    public string Diff => string.Concat(Changes.Select(change => change.Diff));

    /// <summary>What undoing is based on, as it will be.</summary>
    internal SetupRecord Record { get; init; } = SetupRecord.Empty;
}

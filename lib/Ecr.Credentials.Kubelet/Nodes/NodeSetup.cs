using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes.Applying;
using Ecr.Credentials.Kubelet.Nodes.Planning;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>Makes the kubelet of a node use the credential provider of Amazon ECR, and undoes it.</summary>
/// <remarks>
/// A plan shows every change before it is made. Applied, each file is at any moment the old or the new one, even if the process is killed, and the next run
/// completes what is left. Other providers, comments and settings are not touched. Thread-safe; two plans must not be applied to one node at the same time.
/// </remarks>
[SupportedOSPlatform("linux")]
public static class NodeSetup
{
    /// <summary>Works out what sets a node up. Reads files and changes nothing.</summary>
    /// <param name="layout">The node.</param>
    /// <param name="options">What it is set up with; by default the provider that it has, or a new one for all images of Amazon ECR.</param>
    /// <returns>The plan. It has no changes if the node is set up like this already, and says why if it must not be applied.</returns>
    /// <exception cref="IOException">A file of the node cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The executable to install may not be read.</exception>
    public static NodeSetupPlan Plan(NodeLayout layout, NodeSetupOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new SetupPlanner(layout, options ?? new NodeSetupOptions()).Plan();
    }

    /// <summary>Works out what undoes a set-up: exactly what <see cref="ApplyAsync"/> has changed. Reads files and changes nothing.</summary>
    /// <param name="layout">The node.</param>
    /// <returns>The plan. It has no changes if nothing was set up.</returns>
    /// <exception cref="IOException">A file of the node cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">An executable on the node may not be read.</exception>
    public static NodeSetupPlan PlanRemoval(NodeLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new RemovalPlanner(layout).Plan();
    }

    /// <summary>Makes the changes of a plan.</summary>
    /// <param name="plan">The plan. Files that have changed since it was made are not overwritten.</param>
    /// <param name="options">How; by default without a restart.</param>
    /// <param name="cancellationToken">Ends the wait for the kubelet, and puts everything back. It does not interrupt the writing of files.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled; everything was put back.</exception>
    public static Task<NodeSetupResult> ApplyAsync(NodeSetupPlan plan, NodeApplyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        options ??= new NodeApplyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.RestartTimeout, TimeSpan.Zero, nameof(options));
        return new PlanExecution(plan, options).RunAsync(cancellationToken);
    }
}

using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Restarting;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>How a plan is applied. Read once by <see cref="NodeSetup.ApplyAsync"/>.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class NodeApplyOptions
{
    /// <summary>
    /// Whether the plan's service is restarted and waited for; <see langword="false"/> by default. Only on the node itself. If the kubelet does not come
    /// back, everything is put back and it is restarted again.
    /// </summary>
    public bool Restart { get; set; }

    /// <summary>How long the kubelet may take to come back; 60 seconds by default. Positive.</summary>
    public TimeSpan RestartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Called once the files are written and before the restart; a text that it returns is the reason to put everything back. <see langword="null"/>, the
    /// default, for no check.
    /// </summary>
    public Func<CancellationToken, Task<string?>>? CheckBeforeRestart { get; set; }

    /// <summary>The clock for the restart; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Changes the files. For tests.</summary>
    internal NodeFileWriter? Writer { get; set; }

    /// <summary>Restarts the kubelet. For tests.</summary>
    internal KubeletRestart? Restarter { get; set; }
}

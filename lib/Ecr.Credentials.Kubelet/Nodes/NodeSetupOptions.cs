using System.Diagnostics;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>What a node is set up with. Read once by <see cref="NodeSetup.Plan"/>.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class NodeSetupOptions
{
    /// <summary>
    /// The file on this machine that is installed as plugin; <see langword="null"/>, the default, if it is in the bin directory already.
    /// </summary>
    public string? ExecutablePath { get; set; }

    /// <summary>
    /// The images that the plugin is asked about, as globs; empty, the default, to keep those in the configuration, or for a new provider all hosts of
    /// Amazon ECR in the partition <c>aws</c>.
    /// </summary>
    public IReadOnlyList<string> Images { get; set; } = [];

    /// <summary>Variables to set for the plugin, in addition to those in the configuration. Empty by default. Values may be secrets.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IReadOnlyList<ExecEnvironmentVariable> Environment { get; set; } = [];

    /// <summary>Arguments of the plugin, in addition to those in the configuration. Empty by default.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = [];

    /// <summary>
    /// Where the plugin caches passwords: an absolute path on the node; an empty text for no cache; <see langword="null"/>, the default, to keep what the
    /// configuration says, or for a new provider a directory in memory.
    /// </summary>
    public string? CacheDirectory { get; set; }

    /// <summary>
    /// Whether the plugin gets tokens of service accounts, for roles of their own; <see langword="false"/> by default. Since Kubernetes 1.34.
    /// </summary>
    public bool UsesServiceAccounts { get; set; }
}

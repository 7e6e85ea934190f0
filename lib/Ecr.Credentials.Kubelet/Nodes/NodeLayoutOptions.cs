using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>What is known better than it can be detected. Read once by <see cref="NodeLayout.Detect"/>.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class NodeLayoutOptions
{
    /// <summary>The distribution; <see langword="null"/>, the default, to detect it.</summary>
    public NodeDistribution? Distribution { get; set; }

    /// <summary>
    /// The absolute path of the configuration; <see langword="null"/>, the default, for the one that the kubelet's flags name, or the distribution's
    /// usual one.
    /// </summary>
    public string? ConfigurationPath { get; set; }

    /// <summary>The absolute path of the directory of the plugins; <see langword="null"/>, the default, as for <see cref="ConfigurationPath"/>.</summary>
    public string? BinDirectory { get; set; }

    /// <summary>The version of the kubelet; <see langword="null"/>, the default, to read it from the node's files.</summary>
    public KubernetesVersion? KubernetesVersion { get; set; }
}

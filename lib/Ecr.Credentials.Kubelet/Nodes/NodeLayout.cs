using System.Diagnostics;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Detection;
using Ecr.Credentials.Kubelet.Nodes.Files;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>Where a node keeps what concerns credential providers: the kubelet's flags, configuration and plugins, and the service with the kubelet.</summary>
/// <remarks>
/// Immutable and thread-safe: a description of the moment in which it was made. Paths are those of the node; <see cref="GetHostPath"/> makes them paths of
/// this process.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
[SupportedOSPlatform("linux")]
public sealed class NodeLayout
{
    internal NodeLayout(NodeTree tree) => Tree = tree;

    /// <summary>The directory where the node's file system is; <c>/</c> for the node that this process runs on.</summary>
    public string Root => Tree.Root;

    /// <summary>What installed the kubelet.</summary>
    public NodeDistribution Distribution { get; internal init; }

    /// <summary>The other distributions that left files on the node. Empty on most nodes.</summary>
    public IReadOnlyList<NodeDistribution> OtherDistributions { get; internal init; } = [];

    /// <summary>Whether it is MicroK8s with strict confinement, which executes plugins only below <c>/var/snap/microk8s</c>.</summary>
    public bool IsStrictlyConfined { get; internal init; }

    /// <summary>Whether files of the system cannot be changed, as on Talos and Bottlerocket.</summary>
    public bool IsImmutable => Distribution is NodeDistribution.Talos or NodeDistribution.Bottlerocket;

    /// <summary>The version of the kubelet; <see langword="null"/> if no file shows it.</summary>
    public KubernetesVersion? KubernetesVersion { get; internal init; }

    /// <summary>The configuration of the credential providers: what the flags name, or where it goes.</summary>
    public string ConfigurationPath { get; internal init; } = "";

    /// <summary>The directory of the plugins: what the flags name, or where they go.</summary>
    public string BinDirectory { get; internal init; } = "";

    /// <summary>The flags for credential providers in the files of the node, in the order in which the kubelet sees them: the last of a name wins.</summary>
    public IReadOnlyList<KubeletFlag> Flags { get; internal init; } = [];

    /// <summary>
    /// Whether the kubelet, once it is restarted, uses <see cref="ConfigurationPath"/> and <see cref="BinDirectory"/>, provided that they exist.
    /// </summary>
    public bool AreFlagsSet =>
        FlagPlace == KubeletFlagPlace.DefaultPaths
        || (EffectiveFlag(KubeletFlag.Configuration) == ConfigurationPath && EffectiveFlag(KubeletFlag.BinDirectory) == BinDirectory);

    /// <summary>How missing flags are added.</summary>
    public KubeletFlagPlace FlagPlace { get; internal init; }

    /// <summary>The file to which missing flags are added, which may not exist yet; <see langword="null"/> if the node has no such file.</summary>
    public string? FlagFile { get; internal init; }

    /// <summary>
    /// The systemd service that is restarted, such as <c>snap.microk8s.daemon-kubelite</c> or <c>kubelet</c>; <see langword="null"/> if it is not known.
    /// </summary>
    public string? Service { get; internal init; }

    /// <summary>The running kubelet; <see langword="null"/> if none was found, or <see cref="Root"/> is not <c>/</c>.</summary>
    public KubeletProcess? Process { get; internal init; }

    /// <summary>
    /// The environment that plugins inherit from the kubelet: that of <see cref="Process"/>, or else what the node's files say about it. Values may be
    /// secrets.
    /// </summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IReadOnlyDictionary<string, string> Environment { get; internal init; } = new Dictionary<string, string>();

    /// <summary>The files of the node.</summary>
    internal NodeTree Tree { get; }

    /// <summary>The files of the configuration, which may be a directory.</summary>
    internal IEnumerable<string> ConfigurationFiles => !Tree.IsDirectory(ConfigurationPath) ? [ConfigurationPath]
        : Tree.List(ConfigurationPath).Where(name => Path.GetExtension(name) is ".yaml" or ".yml" or ".json")
            .Select(name => $"{ConfigurationPath.TrimEnd('/')}/{name}");

    /// <summary>The variable of the flags in <see cref="FlagFile"/>; null unless that is an environment file.</summary>
    internal string? FlagVariable { get; init; }

    /// <summary>The variables that the kubelet expands in <see cref="FlagFile"/>; those that stay the same when the node is updated.</summary>
    internal IReadOnlyDictionary<string, string> StableVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>What detection was asked for. A plan is checked by asking again.</summary>
    internal NodeLayoutOptions Options { get; init; } = new();

    /// <summary>Finds out how a node is laid out, from its files and, on the node itself, from its processes.</summary>
    /// <param name="root">The directory where the node's file system is mounted; <c>/</c>, the default, for this machine.</param>
    /// <param name="options">What is known better; by default everything is detected.</param>
    /// <returns>The layout; <see langword="null"/> if no supported kubelet was found.</returns>
    /// <exception cref="ArgumentException">A path in the options is not absolute, or the root is empty.</exception>
    /// <exception cref="IOException">A path that is looked at has too many symbolic links.</exception>
    public static NodeLayout? Detect(string root = "/", NodeLayoutOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        var tree = new NodeTree(root);
        return DetectIn(tree, options ?? new NodeLayoutOptions(), tree.IsOwn ? ProcessTable.FindKubelets("/proc") : []);
    }

    /// <summary>The path for this process of a path on the node. Symbolic links are followed inside <see cref="Root"/>.</summary>
    /// <param name="path">An absolute path on the node; what it names need not exist.</param>
    /// <returns>The path, without symbolic links below <see cref="Root"/>.</returns>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    /// <exception cref="IOException">The path has too many symbolic links.</exception>
    public string GetHostPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith('/') ? Tree.HostPath(path) : throw new ArgumentException($"\"{path}\" is not an absolute path", nameof(path));
    }

    /// <summary>The distribution and version.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => KubernetesVersion is { } version ? $"{Distribution} {version}" : Distribution.ToString();

    internal static NodeLayout? DetectIn(NodeTree tree, NodeLayoutOptions options, IReadOnlyList<KubeletProcess> processes)
    {
        RequireAbsolute(options.ConfigurationPath);
        RequireAbsolute(options.BinDirectory);
        return new NodeDetector(tree, options, processes).Detect();
    }

    internal string? EffectiveFlag(string name) => Flags.LastOrDefault(flag => flag.Name == name)?.Value;

    private static void RequireAbsolute(string? path)
    {
        if (path is not null && !path.StartsWith('/'))
        {
            throw new ArgumentException($"\"{path}\" is not an absolute path", nameof(path));
        }
    }
}

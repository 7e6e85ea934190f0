using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Systemd;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>Recognizes the distribution of a node and describes its layout.</summary>
/// <param name="tree">The files of the node.</param>
/// <param name="options">What is known already.</param>
/// <param name="processes">The kubelets that run on it.</param>
[SupportedOSPlatform("linux")]
internal sealed class NodeDetector(NodeTree tree, NodeLayoutOptions options, IReadOnlyList<KubeletProcess> processes)
{
    public NodeLayout? Detect()
    {
        var present = FindPresent();
        if (options.Distribution is { } given)
        {
            return Describe(given, []);
        }

        // Files can be left over from another distribution; what runs decides.
        var running = processes.Select(DistributionOf).FirstOrDefault(distribution => distribution is { } known && present.Contains(known));
        return present.Count == 0 ? null : Describe(running ?? present[0], present);
    }

    private NodeLayout Describe(NodeDistribution distribution, IReadOnlyList<NodeDistribution> present)
    {
        var draft = distribution switch
        {
            NodeDistribution.MicroK8s => MicroK8sNode.Describe(tree),
            NodeDistribution.K3s => RancherNode.Describe(tree, RancherNode.K3s),
            NodeDistribution.Rke2 => RancherNode.Describe(tree, RancherNode.Rke2),
            NodeDistribution.K0s => K0sNode.Describe(tree),
            NodeDistribution.Talos or NodeDistribution.Bottlerocket => ImmutableNode.Describe(tree, distribution),
            NodeDistribution.Custom => new NodeDraft { ConfigurationPath = ServiceNode.ConfigurationPath, BinDirectory = ServiceNode.BinDirectory },
            _ => ServiceNode.Describe(tree, distribution),
        };
        var process = processes.FirstOrDefault(candidate => distribution == NodeDistribution.Custom || DistributionOf(candidate) == distribution);
        var configuration = options.ConfigurationPath ?? draft.EffectiveFlag(KubeletFlag.Configuration) ?? process?.GetFlag(KubeletFlag.Configuration);
        var binDirectory = options.BinDirectory ?? draft.EffectiveFlag(KubeletFlag.BinDirectory) ?? process?.GetFlag(KubeletFlag.BinDirectory);
        var usesDefaults = draft.FlagPlace == KubeletFlagPlace.DefaultPaths
            && (configuration ?? draft.ConfigurationPath) == draft.ConfigurationPath
            && (binDirectory ?? draft.BinDirectory) == draft.BinDirectory;
        return new NodeLayout(tree)
        {
            Distribution = distribution,
            OtherDistributions = [.. present.Where(other => other != distribution)],
            IsStrictlyConfined = draft.IsStrictlyConfined,
            KubernetesVersion = options.KubernetesVersion ?? draft.Version,
            ConfigurationPath = configuration ?? draft.ConfigurationPath,
            BinDirectory = binDirectory ?? draft.BinDirectory,
            Flags = draft.Flags,
            FlagPlace = draft.FlagPlace == KubeletFlagPlace.DefaultPaths && !usesDefaults ? KubeletFlagPlace.RancherDropIn : draft.FlagPlace,
            FlagFile = usesDefaults ? null : draft.FlagFile,
            FlagVariable = draft.FlagVariable,
            StableVariables = draft.StableVariables,
            Service = draft.Service,
            Process = process,
            Environment = process?.Environment ?? draft.Environment,
            Options = options,
        };
    }

    // What leaves fewer doubts comes first.
    private List<NodeDistribution> FindPresent()
    {
        var present = new List<NodeDistribution>();
        var (system, isAmazonLinux) = ImmutableNode.ReadSystem(tree);
        if (system is { } immutable)
        {
            return [immutable];
        }

        Add(NodeDistribution.MicroK8s, MicroK8sNode.IsPresent(tree));
        Add(NodeDistribution.Rke2, RancherNode.IsPresent(tree, RancherNode.Rke2));
        Add(NodeDistribution.K3s, RancherNode.IsPresent(tree, RancherNode.K3s));
        Add(NodeDistribution.K0s, K0sNode.IsPresent(tree));
        if (tree.IsDirectory("/etc/eks/image-credential-provider") || tree.IsFile("/etc/eks/kubelet/environment"))
        {
            // Hybrid nodes can run Amazon Linux too. Only the nodeadm that installs them keeps a list of what it installed.
            var isHybrid = tree.Exists("/opt/nodeadm/tracker") || !isAmazonLinux;
            Add(isHybrid ? NodeDistribution.EksHybrid : NodeDistribution.EksAl2023, isPresent: true);
            return present;
        }

        if (SystemdService.Load(tree, ServiceNode.Service) is { } kubelet)
        {
            var isKubeadm = tree.IsFile("/var/lib/kubelet/kubeadm-flags.env")
                || kubelet.Files.Concat(kubelet.EnvironmentFiles).Any(file => file.Contains("kubeadm", StringComparison.Ordinal));
            Add(isKubeadm ? NodeDistribution.Kubeadm : NodeDistribution.Systemd, isPresent: true);
        }

        return present;

        void Add(NodeDistribution distribution, bool isPresent)
        {
            if (isPresent)
            {
                present.Add(distribution);
            }
        }
    }

    private NodeDistribution? DistributionOf(KubeletProcess process) => process switch
    {
        { Name: "kubelite" } => NodeDistribution.MicroK8s,
        { Name: "k3s" } => NodeDistribution.K3s,
        _ when IsBelow(process, "/var/lib/rancher/rke2/") => NodeDistribution.Rke2,
        _ when IsBelow(process, "/var/lib/k0s/") => NodeDistribution.K0s,
        _ when ImmutableNode.ReadSystem(tree).Immutable is { } system => system,
        _ => FindPresent().Find(distribution => distribution is NodeDistribution.Kubeadm or NodeDistribution.Systemd
            or NodeDistribution.EksAl2023 or NodeDistribution.EksHybrid) is var found && found != NodeDistribution.Custom ? found : null,
    };

    private static bool IsBelow(KubeletProcess process, string directory) =>
        (process.Executable ?? process.Arguments[0]).StartsWith(directory, StringComparison.Ordinal);
}

using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Systemd;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>Systems whose files are written by the system itself at each boot.</summary>
[SupportedOSPlatform("linux")]
internal static class ImmutableNode
{
    private const string VariantPrefix = "aws-k8s-";

    /// <summary>Which of these systems it is, if any, and whether it is Amazon Linux.</summary>
    public static (NodeDistribution? Immutable, bool IsAmazonLinux) ReadSystem(NodeTree tree)
    {
        var id = Read(tree, "ID");
        return (id switch { "talos" => NodeDistribution.Talos, "bottlerocket" => NodeDistribution.Bottlerocket, _ => null }, id == "amzn");
    }

    /// <remarks>Paths: https://github.com/siderolabs/talos and https://github.com/bottlerocket-os/bottlerocket.</remarks>
    public static NodeDraft Describe(NodeTree tree, NodeDistribution distribution) => distribution == NodeDistribution.Talos
        ? new NodeDraft
        {
            ConfigurationPath = "/etc/kubernetes/kubelet-credentialproviderconfig.yaml",
            BinDirectory = "/usr/local/lib/kubelet/credentialproviders",
        }
        : new NodeDraft
        {
            // A variant is named after its version of Kubernetes, such as aws-k8s-1.34 or aws-k8s-1.34-nvidia.
            Version = Read(tree, "VARIANT_ID") is { } variant && variant.StartsWith(VariantPrefix, StringComparison.Ordinal)
                && KubernetesVersion.TryParse(variant.AsSpan(VariantPrefix.Length), out var version) ? version : null,
            ConfigurationPath = "/etc/kubernetes/kubelet/credential-provider-config.yaml",
            BinDirectory = "/usr/libexec/kubernetes/kubelet/plugins",
            Service = ServiceNode.Service,
        };

    // https://www.freedesktop.org/software/systemd/man/latest/os-release.html
    private static string? Read(NodeTree tree, string name) =>
        EnvironmentFile.Read(tree.ReadText("/etc/os-release") ?? tree.ReadText("/usr/lib/os-release") ?? "")
            .LastOrDefault(assignment => assignment.Name == name)?.Value;
}

using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Systemd;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>A kubelet that is a systemd service of its own: of kubeadm, of Amazon EKS or of somebody's making.</summary>
[SupportedOSPlatform("linux")]
internal static class ServiceNode
{
    public const string Service = "kubelet";
    public const string ConfigurationPath = "/etc/kubernetes/credential-provider-config.yaml";
    public const string BinDirectory = "/usr/local/lib/kubelet-credential-providers";

    private const string ExtraArguments = "KUBELET_EXTRA_ARGS";
    private const string EksDirectory = "/etc/eks/image-credential-provider";

    public static NodeDraft Describe(NodeTree tree, NodeDistribution distribution)
    {
        var service = SystemdService.Load(tree, Service);
        var isEks = distribution is NodeDistribution.EksAl2023 or NodeDistribution.EksHybrid;

        // nodeadm rewrites its file at each boot; a drop-in is left alone.
        var variableFile = service?.TakesVariable(ExtraArguments) == true && !isEks ? service.EnvironmentFiles.LastOrDefault(IsOfAdministrator) : null;
        return new NodeDraft
        {
            Version = ReadVersion(tree),
            ConfigurationPath = isEks ? $"{EksDirectory}/config.json" : ConfigurationPath,
            BinDirectory = isEks ? EksDirectory : BinDirectory,
            Flags = [.. KubeletFlag.Find(service?.Arguments() ?? [])],
            FlagPlace = service is null ? KubeletFlagPlace.None : variableFile is not null ? KubeletFlagPlace.EnvironmentFile : KubeletFlagPlace.UnitDropIn,
            FlagFile = variableFile ?? (service is null ? null : DropInOf(Service)),
            FlagVariable = variableFile is null ? null : ExtraArguments,
            Service = Service,
            Environment = EnvironmentOf(service),
        };
    }

    public static string DropInOf(string service) => $"/etc/systemd/system/{service}.service.d/99-ecr-credential-provider.conf";

    public static Dictionary<string, string> EnvironmentOf(SystemdService? service)
    {
        // Services get this PATH: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
        foreach (var (name, variable) in service?.Variables ?? new Dictionary<string, SystemdVariable>())
        {
            environment[name] = variable.Value;
        }

        return environment;
    }

    // kubeadm writes the files below /var/lib/kubelet again when it upgrades the node.
    private static bool IsOfAdministrator(string file) => file.StartsWith("/etc/", StringComparison.Ordinal);

    // A control plane has it in its manifests; Debian's packages know it everywhere.
    private static KubernetesVersion? ReadVersion(NodeTree tree)
    {
        const string Image = "/kube-apiserver:";
        foreach (var line in (tree.ReadText("/etc/kubernetes/manifests/kube-apiserver.yaml") ?? "").Split('\n'))
        {
            var start = line.IndexOf(Image, StringComparison.Ordinal);
            if (start >= 0 && KubernetesVersion.TryParse(line.AsSpan(start + Image.Length).Trim(), out var version))
            {
                return version;
            }
        }

        var isKubelet = false;
        foreach (var line in tree.ReadLines("/var/lib/dpkg/status"))
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal))
            {
                isKubelet = line == "Package: kubelet";
            }
            else if (isKubelet && line.StartsWith("Version: ", StringComparison.Ordinal))
            {
                return KubernetesVersion.TryParse(line.AsSpan("Version: ".Length), out var version) ? version : null;
            }
        }

        return null;
    }
}

using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Systemd;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>K3s and RKE2, which are configured alike.</summary>
/// <remarks>
/// Their kubelet gets both flags by itself if the default paths exist: <see href="https://docs.k3s.io/cli/agent"/>,
/// <see href="https://docs.rke2.io/reference/linux_agent_config"/>.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class RancherNode
{
    public const string K3s = "k3s";
    public const string Rke2 = "rke2";

    private const string DefaultDirectory = "/var/lib/rancher/credentialprovider";
    private const string KubeletArgument = "kubelet-arg";

    public static bool IsPresent(NodeTree tree, string product) =>
        Services(product).Any(service => SystemdService.Load(tree, service) is not null)
        || tree.IsDirectory($"/etc/rancher/{product}") || tree.IsDirectory($"/var/lib/rancher/{product}");

    public static NodeDraft Describe(NodeTree tree, string product)
    {
        var service = FindService(tree, product);
        var unit = SystemdService.Load(tree, service);
        var arguments = ReadArguments(tree, product, unit);
        return new NodeDraft
        {
            Version = ReadVersion(tree, product),
            ConfigurationPath = $"{DefaultDirectory}/config.yaml",
            BinDirectory = $"{DefaultDirectory}/bin",

            // What is passed on to the kubelet as it is wins over the options that K3s itself knows.
            Flags = [.. KubeletFlag.Find([.. arguments.Where(IsOwnOption)], prefix: ""), .. KubeletFlag.Find(KubeletArguments(arguments), prefix: "")],
            FlagPlace = KubeletFlagPlace.DefaultPaths,
            FlagFile = $"{FindConfig(product, unit)}.d/99-ecr-credential-provider.yaml",
            Service = service,
            Environment = ReadEnvironment(tree, service),
        };

        static bool IsOwnOption((string Text, string File, int Line) argument) => !argument.Text.StartsWith($"{KubeletArgument}=", StringComparison.Ordinal);
    }

    private static string[] Services(string product) => product == K3s ? ["k3s", "k3s-agent"] : ["rke2-server", "rke2-agent"];

    // RKE2 installs the units of both.
    private static string FindService(NodeTree tree, string product)
    {
        var services = Services(product);
        var installed = services.Where(service => SystemdService.Load(tree, service) is not null).ToArray();
        var enabled = installed.FirstOrDefault(service => tree.ReadLink($"/etc/systemd/system/multi-user.target.wants/{service}.service") is not null);
        return installed.Length == 1 ? installed[0]
            : enabled ?? (tree.IsDirectory($"/var/lib/rancher/{product}/server") || installed.Length == 0 ? services[0] : services[1]);
    }

    private static List<(string Text, string File, int Line)> KubeletArguments(List<(string Text, string File, int Line)> arguments) =>
    [
        .. arguments.Where(argument => argument.Text.StartsWith($"{KubeletArgument}=", StringComparison.Ordinal))
            .Select(argument => (argument.Text[(KubeletArgument.Length + 1)..].TrimStart('-'), argument.File, argument.Line)),
    ];

    // By the option, or the variable K3S_CONFIG_FILE or RKE2_CONFIG_FILE. Drop-ins are in a directory of the same name with ".d" at its end.
    private static string FindConfig(string product, SystemdService? unit)
    {
        var words = (unit?.Arguments() ?? []).Select(word => word.Text).ToList();
        var index = words.FindLastIndex(word => word is "--config" or "-c" || word.StartsWith("--config=", StringComparison.Ordinal));
        var variable = $"{product.ToUpperInvariant()}_CONFIG_FILE";
        var named = index < 0 ? (unit?.Variables.TryGetValue(variable, out var value) == true ? value.Value : null)
            : words[index].Contains('=', StringComparison.Ordinal) ? words[index]["--config=".Length..]
            : index + 1 < words.Count ? words[index + 1]
            : null;
        return named is ['/', ..] ? named : $"/etc/rancher/{product}/config.yaml";
    }

    // Configuration files first, in the form of the command line, then the command line, which wins.
    private static List<(string Text, string File, int Line)> ReadArguments(NodeTree tree, string product, SystemdService? service)
    {
        var words = service?.Arguments() ?? [];
        var config = FindConfig(product, service);
        var directory = $"{config}.d";
        var files = tree.List(directory)
            .Where(file => file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal))
            .Select(file => $"{directory}/{file}");
        var options = new List<RancherOption>();
        foreach (var file in files.Prepend(config))
        {
            var ofFile = RancherOption.Read(tree.ReadText(file) ?? "", file);

            // A later file replaces what an earlier one says, unless its key ends in a plus sign.
            options.RemoveAll(earlier => ofFile.Any(option => option.Name == earlier.Name && !option.IsAddition));
            options.AddRange(ofFile);
        }

        var arguments = options.Select(option => ($"{option.Name}={option.Value}", option.File, option.Line)).ToList();
        for (var i = 0; i < words.Count; i++)
        {
            var (text, file, line) = words[i];
            if (!text.StartsWith("--", StringComparison.Ordinal))
            {
                continue;
            }

            var hasOwnValue = text.Contains('=', StringComparison.Ordinal) || i + 1 == words.Count;
            arguments.Add((hasOwnValue ? text[2..] : $"{text[2..]}={words[i + 1].Text}", file, line));
        }

        return arguments;
    }

    // RKE2 unpacks its programs into a directory with the version in its name: v1.34.1-rke2r1-0123456789ab.
    private static KubernetesVersion? ReadVersion(NodeTree tree, string product)
    {
        var used = tree.Resolve($"/var/lib/rancher/{product}/bin").Split('/');
        return used.Concat(tree.List($"/var/lib/rancher/{product}/data").Reverse())
            .Where(name => name.StartsWith('v'))
            .Select(name => KubernetesVersion.TryParse(name, out var version) ? version : (KubernetesVersion?)null)
            .FirstOrDefault(version => version is not null);
    }

    private static Dictionary<string, string> ReadEnvironment(NodeTree tree, string service) =>
        ServiceNode.EnvironmentOf(SystemdService.Load(tree, service));
}

using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Systemd;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>k0s, which takes the flags of its kubelet in one option: <see href="https://docs.k0sproject.io/stable/worker-node-config/"/>.</summary>
[SupportedOSPlatform("linux")]
internal static class K0sNode
{
    public const string ExtraArguments = "--kubelet-extra-args";

    private static readonly string[] Services = ["k0sworker", "k0scontroller"];

    public static bool IsPresent(NodeTree tree) => Services.Any(service => SystemdService.Load(tree, service) is not null);

    public static NodeDraft Describe(NodeTree tree)
    {
        var service = Services.Select(name => SystemdService.Load(tree, name)).FirstOrDefault(service => service is not null);
        return new NodeDraft
        {
            ConfigurationPath = "/etc/k0s/credential-provider-config.yaml",
            BinDirectory = ServiceNode.BinDirectory,
            Flags = [.. KubeletFlag.Find(KubeletArguments(service?.Arguments() ?? []))],
            FlagPlace = service is null ? KubeletFlagPlace.None : KubeletFlagPlace.UnitDropIn,
            FlagFile = service is null ? null : ServiceNode.DropInOf(service.Name),
            Service = service?.Name,
            Environment = ServiceNode.EnvironmentOf(service),
        };
    }

    /// <summary>The flags of the kubelet among the arguments of k0s.</summary>
    public static List<(string Text, string File, int Line)> KubeletArguments(IReadOnlyList<(string Text, string File, int Line)> arguments)
    {
        var option = LastExtraArguments([.. arguments.Select(argument => argument.Text)]);
        var (_, file, line) = arguments.LastOrDefault(argument => argument.Text.StartsWith(ExtraArguments, StringComparison.Ordinal));
        return [.. SystemdWords.Split(option).Select(word => (word, file, line))];
    }

    /// <summary>The value of the option; of several, the last one.</summary>
    public static string LastExtraArguments(IReadOnlyList<string> arguments)
    {
        var value = "";
        for (var i = 0; i < arguments.Count; i++)
        {
            value = arguments[i].StartsWith($"{ExtraArguments}=", StringComparison.Ordinal) ? arguments[i][(ExtraArguments.Length + 1)..]
                : arguments[i] == ExtraArguments && i + 1 < arguments.Count ? arguments[i + 1]
                : value;
        }

        return value;
    }
}

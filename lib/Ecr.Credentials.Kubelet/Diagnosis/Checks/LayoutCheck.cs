using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Detection;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Restarting;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Which kubelet it is and where its files are.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LayoutCheck : NodeCheck
{
    public override string Id => "layout";

    public override string Title => "kubelet found";

    public override IReadOnlyList<string> Requires => [];

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        context.Layout = await DetectAsync(context.Options, cancellationToken).ConfigureAwait(false);
        if (context.Layout is not { } layout)
        {
            return Fail($"no kubelet found in \"{context.Options.Root}\"", "run this on the node, or name the configuration and the bin directory");
        }

        var name = layout.IsStrictlyConfined ? $"{layout} (strict)" : layout.ToString();
        if (layout.OtherDistributions.Count > 0)
        {
            var others = string.Join(", ", layout.OtherDistributions);
            return Warn($"{name}; there are also files of {others}", $"remove what is left of {others} if it is not used");
        }

        return !context.IsThisNode ? Ok(name)
            : layout.Process is { } process ? Ok($"{name}, {process} running")
            : Warn($"{name}, but no kubelet is running", $"start it, and read its log if it ends: journalctl -u {layout.Service ?? "kubelet"}");
    }

    private static async Task<NodeLayout?> DetectAsync(DoctorOptions options, CancellationToken cancellationToken)
    {
        var tree = new NodeTree(options.Root);
        var processes = options.Processes ?? (tree.IsOwn ? ProcessTable.FindKubelets("/proc") : []);
        var layout = NodeLayout.DetectIn(tree, options.Layout, processes);
        if (layout is null && options.Layout is { ConfigurationPath: { } configuration, BinDirectory: { } binDirectory, KubernetesVersion: var given })
        {
            var custom = new NodeLayoutOptions
            {
                Distribution = NodeDistribution.Custom,
                ConfigurationPath = configuration,
                BinDirectory = binDirectory,
                KubernetesVersion = given,
            };
            return NodeLayout.DetectIn(tree, custom, processes);
        }

        if (layout is not { KubernetesVersion: null }
            || await KubeletVersionQuery.RunAsync(layout, options.TimeProvider, cancellationToken).ConfigureAwait(false) is not { } version)
        {
            return layout;
        }

        var known = new NodeLayoutOptions
        {
            Distribution = options.Layout.Distribution,
            ConfigurationPath = options.Layout.ConfigurationPath,
            BinDirectory = options.Layout.BinDirectory,
            KubernetesVersion = version,
        };
        return NodeLayout.DetectIn(tree, known, processes);
    }
}

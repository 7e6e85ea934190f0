using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Nodes;

namespace Ecr.Credentials.Shim.Setup;

/// <summary>A plan and its result as text.</summary>
[SupportedOSPlatform("linux")]
internal static class SetupReport
{
    public static string OfPlan(NodeSetupPlan plan)
    {
        var text = new StringBuilder();
        var layout = plan.Layout;
        text.Append(CultureInfo.InvariantCulture, $"{NameOf(layout)}{(layout.Root == "/" ? "" : $" in {layout.Root}")}");
        text.Append(layout.Process is { } process ? $", {process} running\n" : "\n");
        if (plan.Changes.Count > 0)
        {
            text.Append('\n');
            foreach (var change in plan.Changes)
            {
                var action = change.IsDeletion ? "delete" : change.Exists ? "change" : change.SourcePath is null ? "write" : "install";
                var mode = change.IsDeletion ? "" : $"  {(change.Exists ? "" : "new, ")}{Convert.ToString((int)change.Mode, 8).PadLeft(4, '0')}";
                text.Append(CultureInfo.InvariantCulture, $"  {action,-9} {change.Path}{mode}\n");
            }
        }

        if (plan.ServiceToRestart is { } service)
        {
            text.Append(plan.Changes.Count > 0 ? "" : "\n");
            text.Append(CultureInfo.InvariantCulture, $"  {"restart",-9} {service}{(HoldsApiServer(layout) ? "  (with it the API server)" : "")}\n");
        }

        text.Append(plan.Changes.Count > 0 ? "\n" : "").Append(plan.Diff);

        foreach (var warning in plan.Warnings)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nWarning: {warning}");
        }

        return text.ToString().TrimEnd('\n');
    }

    public static string RestartCommand(NodeSetupPlan plan)
    {
        const string SnapPrefix = "snap.";
        var service = plan.ServiceToRestart!;
        return service.StartsWith(SnapPrefix, StringComparison.Ordinal)
            ? $"snap restart {service[SnapPrefix.Length..]}"
            : $"{(plan.Layout.FlagPlace == KubeletFlagPlace.UnitDropIn ? "systemctl daemon-reload && " : "")}systemctl restart {service}";
    }

    private static bool HoldsApiServer(NodeLayout layout) => layout switch
    {
        { Distribution: NodeDistribution.MicroK8s } => true,
        { Service: "k3s" or "k0scontroller" or "rke2-server" } => true,
        _ => false,
    };

    private static string NameOf(NodeLayout layout)
    {
        var name = layout.Distribution switch
        {
            NodeDistribution.EksAl2023 => "Amazon EKS on Amazon Linux 2023",
            NodeDistribution.EksHybrid => "Amazon EKS hybrid node",
            NodeDistribution.Rke2 => "RKE2",
            NodeDistribution.Kubeadm => "kubeadm",
            NodeDistribution.K0s => "k0s",
            NodeDistribution.Systemd => "Kubelet service",
            NodeDistribution.Custom => "Kubelet",
            var other => other.ToString(),
        };
        return layout.KubernetesVersion is { } version ? $"{name}{(layout.IsStrictlyConfined ? " (strict)" : "")}, Kubernetes {version}" : name;
    }
}

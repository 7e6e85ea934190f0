using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;

namespace Ecr.Credentials.Kubelet.Tests.Samples;

/// <summary>Sets up a node.</summary>
[SupportedOSPlatform("linux")]
internal static class NodePreparation
{
    public static async Task SetUpAsync(string root, string executable, TextWriter output)
    {
        var layout = NodeLayout.Detect(root) ?? throw new InvalidOperationException("no kubelet found");
        var plan = NodeSetup.Plan(layout, new NodeSetupOptions { ExecutablePath = executable });
        await output.WriteLineAsync(plan.Diff);

        var result = await NodeSetup.ApplyAsync(plan);
        await output.WriteLineAsync($"{result.Outcome}: restart {plan.ServiceToRestart}");
    }
}

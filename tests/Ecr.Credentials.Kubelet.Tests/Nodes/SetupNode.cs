using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Plugins;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

/// <summary>A node that is set up with a stand-in for the executable.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SetupNode : IDisposable
{
    public const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1";

    private const string Plugin =
        """
        #!/bin/sh
        read -r request
        printf '{"kind":"CredentialProviderResponse","apiVersion":"%s","cacheKeyType":"Registry","cacheDuration":"0s","auth":{"*.dkr.ecr.*.amazonaws.com":{"username":"AWS","password":"%s"}}}' \
          "$(printf %s "$request" | sed 's/.*"apiVersion":"\([^"]*\)".*/\1/')" "${PASSWORD:-from-the-plugin}"

        """;

    private readonly string _plugin;

    public SetupNode(string tree)
    {
        Tree = NodeTreeDirectory.Create(tree);
        _plugin = Path.GetTempFileName();
        File.WriteAllText(_plugin, Plugin);
    }

    public NodeTreeDirectory Tree { get; }

    public string Root => Tree.Root;

    public NodeLayout Layout => NodeLayout.Detect(Root)!;

    public NodeSetupPlan Plan(Action<NodeSetupOptions>? configure = null)
    {
        var options = new NodeSetupOptions { ExecutablePath = _plugin };
        configure?.Invoke(options);
        return NodeSetup.Plan(Layout, options);
    }

    public async Task<NodeSetupPlan> SetUpAsync(Action<NodeSetupOptions>? configure = null)
    {
        var plan = Plan(configure);
        var result = await ApplyAsync(plan);
        Assert.That((result.Outcome, result.Message), Is.EqualTo((NodeSetupOutcome.Applied, "")), string.Join('\n', plan.Refusals));
        return plan;
    }

    public async Task<NodeSetupPlan> RemoveAsync()
    {
        var plan = NodeSetup.PlanRemoval(Layout);
        var result = await ApplyAsync(plan);
        Assert.That(result.Outcome, Is.EqualTo(NodeSetupOutcome.Applied).Or.EqualTo(NodeSetupOutcome.NothingToDo), result.Message);
        return plan;
    }

    /// <summary>Changes files until a step, at which the process is killed (by an exception that nothing handles).</summary>
    public static Task<NodeSetupResult> ApplyAsync(NodeSetupPlan plan, Action<string>? beforeStep = null) =>
        NodeSetup.ApplyAsync(plan, new NodeApplyOptions { Writer = new NodeFileWriter(beforeStep) });

    /// <summary>What the kubelet would get for an image after its next start.</summary>
    public async Task<CredentialExplanation> AskKubeletAsync(string image = Image)
    {
        var layout = Layout;
        Assert.That(layout.AreFlagsSet);
        var path = layout.GetHostPath(layout.ConfigurationPath);
        var binDirectory = layout.GetHostPath(layout.BinDirectory);
        Assert.That(
            CredentialProviderConfig.CheckStart(path, binDirectory, layout.KubernetesVersion ?? KubernetesVersion.Latest).Select(problem => problem.ToString()),
            Is.Empty);
        using var credentials = new KubeletCredentials(CredentialProviderConfig.Load(path).Providers, binDirectory);
        return await credentials.ExplainAsync(image);
    }

    public void Dispose()
    {
        Tree.Dispose();
        File.Delete(_plugin);
    }
}

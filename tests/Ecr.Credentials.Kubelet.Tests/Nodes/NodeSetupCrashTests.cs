using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

/// <summary>A set-up or removal that ends at any change of the file system, by a kill or by an error.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class NodeSetupCrashTests
{
    // Nothing handles an exception with this message.
    private const string Kill = "killed";

    // One for each place of the flags.
    private static readonly string[] Trees = ["microk8s-1.34", "k3s", "k3s-agent", "kubeadm-fedora", "systemd", "eks-hybrid"];

    [TestCaseSource(nameof(Trees))]
    public async Task After_a_kill_each_file_is_the_old_or_the_new_one_and_the_next_run_completes_it(string tree)
    {
        var (before, after, steps) = await RunToTheEndAsync(tree);
        Assert.That(steps, Is.GreaterThan(8));
        for (var step = 0; step < steps; step++)
        {
            using var node = new SetupNode(tree);
            await KillAsync(node.Plan(Configure), step);

            AssertOldOrNew(node.Tree.Snapshot(), before, after, step);
            await AssertKubeletStartsAsync(node);
            _ = await SetupNode.ApplyAsync(node.Plan(Configure));
            Assert.That(node.Tree.Snapshot(), Is.EqualTo(after), $"completed after step {step}");
            await node.RemoveAsync();
            Assert.That(node.Tree.Snapshot(), Is.EqualTo(before), $"removed after step {step}");
        }
    }

    [TestCaseSource(nameof(Trees))]
    public async Task A_setup_that_was_killed_can_be_removed(string tree)
    {
        var (before, _, steps) = await RunToTheEndAsync(tree);
        for (var step = 0; step < steps; step++)
        {
            using var node = new SetupNode(tree);
            await KillAsync(node.Plan(Configure), step);

            await node.RemoveAsync();

            Assert.That(WithoutEmptyDirectories(node.Tree.Snapshot(), before), Is.EqualTo(before), $"step {step}");
        }
    }

    [TestCaseSource(nameof(Trees))]
    public async Task A_removal_that_was_killed_is_completed_by_the_next_one(string tree)
    {
        var (before, after, _) = await RunToTheEndAsync(tree);
        for (var step = 0; ; step++)
        {
            using var node = new SetupNode(tree);
            await node.SetUpAsync(Configure);
            var isKilled = await KillAsync(NodeSetup.PlanRemoval(node.Layout), step);

            AssertOldOrNew(node.Tree.Snapshot(), before, after, step);
            await AssertKubeletStartsAsync(node);
            await node.RemoveAsync();
            Assert.That(WithoutEmptyDirectories(node.Tree.Snapshot(), before), Is.EqualTo(before), $"step {step}");
            if (!isKilled)
            {
                Assert.That(step, Is.GreaterThan(5));
                return;
            }
        }
    }

    [TestCaseSource(nameof(Trees))]
    public async Task An_error_puts_everything_back(string tree)
    {
        var (before, _, steps) = await RunToTheEndAsync(tree);
        for (var step = 0; step < steps; step++)
        {
            using var node = new SetupNode(tree);
            var count = 0;

            var result = await SetupNode.ApplyAsync(
                node.Plan(Configure), _ => ThrowAt(step, ref count, new IOException("No space left on device")));

            if (result.Outcome == NodeSetupOutcome.Failed)
            {
                Assert.That(result.Message, Does.StartWith("the changes were made"));
                continue;
            }

            Assert.That((result.Outcome, result.Message), Is.EqualTo((NodeSetupOutcome.RolledBack, "No space left on device")));
            Assert.That(node.Tree.Snapshot(), Is.EqualTo(before), $"step {step}");
        }
    }

    private static void Configure(NodeSetupOptions options) => options.Environment = [new("AWS_PROFILE", "nodes")];

    private static async Task<(SortedDictionary<string, string> Before, SortedDictionary<string, string> After, int Steps)> RunToTheEndAsync(string tree)
    {
        using var node = new SetupNode(tree);
        var before = node.Tree.Snapshot();
        var steps = 0;
        _ = await SetupNode.ApplyAsync(node.Plan(Configure), _ => steps++);
        return (before, node.Tree.Snapshot(), steps);
    }

    private static async Task<bool> KillAsync(NodeSetupPlan plan, int step)
    {
        var count = 0;
        try
        {
            _ = await SetupNode.ApplyAsync(plan, _ => ThrowAt(step, ref count, new InvalidOperationException(Kill)));
            return false;
        }
        catch (InvalidOperationException exception) when (exception.Message == Kill)
        {
            return true;
        }
    }

    private static void AssertOldOrNew(
        SortedDictionary<string, string> now, SortedDictionary<string, string> before, SortedDictionary<string, string> after, int step)
    {
        foreach (var (path, content) in now.Where(entry => !IsOwn(entry.Key)))
        {
            Assert.That(content, Is.EqualTo(before.GetValueOrDefault(path)).Or.EqualTo(after.GetValueOrDefault(path)), $"{path} at step {step}");
        }

        Assert.That(before.Keys.Intersect(after.Keys).Where(path => !IsOwn(path)), Is.SubsetOf(now.Keys));
    }

    // What set-up keeps for itself.
    private static bool IsOwn(string path) =>
        path.Contains(".ecr-", StringComparison.Ordinal) || path.StartsWith("/var/lib/ecr-credential-provider", StringComparison.Ordinal);

    // If the flags are there, everything is there.
    private static async Task AssertKubeletStartsAsync(SetupNode node)
    {
        var layout = node.Layout;
        if (layout.FlagPlace == KubeletFlagPlace.DefaultPaths
            ? layout.Tree.IsFile(layout.ConfigurationPath) && layout.Tree.IsDirectory(layout.BinDirectory)
            : layout.Flags.Count > 0)
        {
            _ = await node.AskKubeletAsync();
        }
    }

    // A kill before the record is written, or after it is deleted, leaves at most the directories for it.
    private static SortedDictionary<string, string> WithoutEmptyDirectories(
        SortedDictionary<string, string> now, SortedDictionary<string, string> before)
    {
        foreach (var (path, content) in now.Where(entry => !before.ContainsKey(entry.Key)).ToArray())
        {
            Assert.That(content, Does.StartWith("directory"), path);
            now.Remove(path);
        }

        return now;
    }

    private static void ThrowAt(int step, ref int count, Exception exception)
    {
        if (count++ == step)
        {
            throw exception;
        }
    }
}

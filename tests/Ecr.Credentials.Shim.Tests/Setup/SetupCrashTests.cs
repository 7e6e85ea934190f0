using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Tests.Nodes;

namespace Ecr.Credentials.Shim.Tests.Setup;

/// <summary>Kills the executable at each system call that changes a file.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
[Requires(Requirement.NativeExecutable)]
[Requires(Requirement.Strace)]
public sealed class SetupCrashTests : SetupFixture
{
    private static readonly string[] Calls = ["mkdir", "write", "fsync", "rename", "unlink", "link"];

    [TestCase("microk8s-1.34")]
    [TestCase("kubeadm-fedora")]
    [TestCase("eks-hybrid")]
    public async Task After_a_kill_each_file_is_the_old_or_the_new_one_and_the_next_run_completes_it(string tree)
    {
        var (before, after) = await RunToTheEndAsync(tree);
        var kills = 0;
        foreach (var call in Calls)
        {
            for (var n = 1; ; n++, kills++)
            {
                using var node = NodeTreeDirectory.Create(tree);
                if (!await KillAsync(node, call, n))
                {
                    break;
                }

                foreach (var (path, content) in node.Snapshot().Where(entry => !IsOwn(entry.Key)))
                {
                    Assert.That(content, Is.EqualTo(before.GetValueOrDefault(path)).Or.EqualTo(after.GetValueOrDefault(path)), $"{path} at {call} {n}");
                }

                var completed = await SetUpAsync(node, "--yes");
                Assert.That(completed.ExitCode, Is.Zero, completed.Error);
                Assert.That(node.Snapshot(), Is.EqualTo(after), $"completed after {call} {n}");
                var removed = await RemoveAsync(node);
                Assert.That(removed.ExitCode, Is.Zero, removed.Error);
                Assert.That(node.Snapshot(), Is.EqualTo(before), $"removed after {call} {n}");
            }
        }

        Assert.That(kills, Is.GreaterThan(10));
    }

    private async Task<(SortedDictionary<string, string> Before, SortedDictionary<string, string> After)> RunToTheEndAsync(string tree)
    {
        using var node = NodeTreeDirectory.Create(tree);
        var before = node.Snapshot();
        var result = await SetUpAsync(node, "--yes");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return (before, node.Snapshot());
    }

    // False if the executable does not come to that call.
    private async Task<bool> KillAsync(NodeTreeDirectory node, string call, int n)
    {
        var result = await PluginProcess.RunAsync(
            "/usr/bin/strace",
            [
                "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={call}:signal=KILL:when={n}"),
                Path.GetFullPath(ShimProgram.Path), "setup", "--root", node.Root, "--executable", Executable, "--yes",
            ],
            Complete(new Dictionary<string, string>()),
            default,
            directory: Home);
        return result.ExitCode != 0;
    }

    // What set-up keeps for itself.
    private static bool IsOwn(string path) =>
        path.Contains(".ecr-", StringComparison.Ordinal) || path.StartsWith("/var/lib/ecr-credential-provider", StringComparison.Ordinal);
}

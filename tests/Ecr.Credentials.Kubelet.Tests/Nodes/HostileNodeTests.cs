using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

/// <summary>Nodes whose files somebody has damaged.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class HostileNodeTests
{
    private const int MutationsPerTree = 40;

    private static readonly string[] Snippets =
    [
        "\"", "'", "\\", "\n", "\\\n", " ", "=", "#", "$", "${", "}", "%", "\0", "é", "KUBELET_EXTRA_ARGS=", "[Service]\n", "ExecStart=", "ExecStart=\n",
        "--image-credential-provider-config=/x", "--image-credential-provider-config", "EnvironmentFile=-/etc/default/kubelet\n",
        "kubelet-arg:\n- a=b\n", "providers: []\n",
    ];

    private static string[] Trees => NodeTreeDirectory.All;

    [TestCaseSource(nameof(Trees))]
    public async Task A_plan_for_damaged_files_is_refused_or_can_be_applied_repeated_and_undone(string tree)
    {
        var random = new Random(tree.Length * 31);
        var applied = 0;
        for (var i = 0; i < MutationsPerTree; i++)
        {
            using var node = new SetupNode(tree);
            var damage = Damage(node, random);
            var before = node.Tree.Snapshot();
            if (NodeLayout.Detect(node.Root) is not { IsImmutable: false } layout)
            {
                continue;
            }

            var plan = node.Plan();
            var result = await SetupNode.ApplyAsync(plan);
            if (result.Outcome == NodeSetupOutcome.Applied)
            {
                applied++;
                Assert.That(node.Plan().Changes.Select(change => change.Diff), Is.Empty, damage);
                Assert.That(node.Layout.AreFlagsSet || layout.FlagPlace == KubeletFlagPlace.None, damage);
                await node.RemoveAsync();
            }
            else
            {
                Assert.That(result.Message, Is.Not.Empty.And.Not.Contain("\n"), damage);
            }

            Assert.That(node.Tree.Snapshot(), Is.EqualTo(before), damage);
        }

        await TestContext.Out.WriteLineAsync($"{applied} of {MutationsPerTree} were set up");
    }

    private static string Damage(SetupNode node, Random random)
    {
        var files = new DirectoryInfo(node.Root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.LinkTarget is null).OrderBy(file => file.FullName, StringComparer.Ordinal).ToArray();
        var path = files[random.Next(files.Length)].FullName;
        var text = File.ReadAllText(path);
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var position = random.Next(text.Length + 1);
            var removed = Math.Min(random.Next(3) == 0 ? random.Next(20) : 0, text.Length - position);
            text = text[..position] + (random.Next(4) == 0 ? "" : Snippets[random.Next(Snippets.Length)]) + text[(position + removed)..];
        }

        File.WriteAllText(path, text);
        return $"{path[node.Root.Length..]}:\n{text}";
    }
}

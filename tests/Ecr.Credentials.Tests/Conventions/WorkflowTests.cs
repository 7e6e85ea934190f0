using System.Text.RegularExpressions;
using Ecr.Credentials.Tests.Packaging;
using YamlDotNet.RepresentationModel;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>
/// What GitHub runs: only what is in the repository, pinned actions, and no more permissions than needed. <c>.ci/lint-workflows</c> checks the syntax.
/// </summary>
public sealed partial class WorkflowTests
{
    /// <summary>Programs that the runners have, or that an earlier step installs.</summary>
    private static readonly string[] Programs = ["apt-get", "cat", "dotnet", "echo", "gh", "git", "mkdir", "skopeo"];

    /// <summary>The jobs that may write anything, and what.</summary>
    private static readonly Dictionary<string, string[]> Writers = new()
    {
        ["release.yml: attest"] = ["attestations", "id-token"],
        ["release.yml: image"] = ["attestations", "id-token", "packages"],
        ["release.yml: packages"] = ["id-token"],
        ["release.yml: release"] = ["contents"],
    };

    private static readonly string GitHub = Path.Combine(Repository.Root, ".github");

    private static string[] Files => [.. Directory.EnumerateFiles(Path.Combine(GitHub, "workflows")).Select(path => Path.GetFileName(path))];

    [TestCaseSource(nameof(Files))]
    public void Actions_are_pinned_to_a_commit_whose_version_is_named(string file)
    {
        var uses = Text(file).Split('\n').Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToArray();

        Assert.That(uses, Is.Not.Empty);
        Assert.That(uses.Where(line => !Pinned().IsMatch(line)), Is.Empty);
    }

    [Test]
    public void An_action_has_the_same_commit_everywhere() =>
        Assert.That(
            Files.SelectMany(file => Used().Matches(Text(file))).Select(match => match.Value).Distinct().Select(use => use.Split('@')[0]),
            Is.Not.Empty.And.Unique);

    [TestCaseSource(nameof(Files))]
    public void Only_the_jobs_that_publish_may_write(string file)
    {
        var workflow = Load(file);
        Assert.That(Permissions(workflow), Is.EquivalentTo(Permissions(workflow).Where(permission => permission.Access == "read")));

        foreach (var (name, job) in Jobs(workflow))
        {
            var writable = Permissions(job).Where(permission => permission.Access != "read").Select(permission => permission.Scope);
            Assert.That(writable, Is.EquivalentTo(Writers.GetValueOrDefault($"{file}: {name}", [])), name);
        }
    }

    // A stored key could be read by every later change of a workflow; text of a pull request could become a command.
    [TestCaseSource(nameof(Files))]
    public void No_secret_is_stored_and_no_expression_is_part_of_a_command(string file)
    {
        Assert.That(Text(file), Does.Not.Contain("secrets.").And.Not.Contain("pull_request_target"));
        Assert.That(Steps(file).Select(Command), Is.All.Not.Contain("${{"));
        Assert.That(
            Steps(file).Where(step => Value(step, "uses").StartsWith("actions/checkout@", StringComparison.Ordinal))
                .Select(step => Value((YamlMappingNode)step.Children["with"], "persist-credentials")),
            Is.All.EqualTo("false"));
    }

    [TestCaseSource(nameof(Files))]
    public void Every_command_is_in_the_repository_or_on_the_runner(string file)
    {
        var lines = Steps(file).SelectMany(step => Command(step).Replace("\\\n", "", StringComparison.Ordinal).Split('\n'));
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            var words = line.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (Assignment().IsMatch(words[0]))
            {
                continue;
            }

            if (words[0].Contains('/', StringComparison.Ordinal))
            {
                AssertExecutable(words[0]);
            }
            else
            {
                Assert.That(Programs, Has.Member(words[0]), line);
            }

            foreach (var (option, value) in words.Zip(words.Skip(1)).Where(pair => pair.First == "--project"))
            {
                Assert.That(Path.Combine(Repository.Root, value), Does.Exist, $"{option} {value}");
            }
        }
    }

    [TestCaseSource(nameof(Files))]
    public void Every_job_ends(string file) =>
        Assert.That(Jobs(Load(file)).Select(job => Value(job.Job, "timeout-minutes")), Is.All.Not.Empty);

    [Test]
    public void Dependabot_updates_packages_and_actions()
    {
        var updates = (YamlSequenceNode)Parse(File.ReadAllText(Path.Combine(GitHub, "dependabot.yml"))).Children["updates"];

        Assert.That(
            updates.Cast<YamlMappingNode>().Select(update => Value(update, "package-ecosystem")),
            Is.EquivalentTo((string[])["nuget", "dotnet-sdk", "github-actions"]));
    }

    private static void AssertExecutable(string script)
    {
        var path = Path.Combine(Repository.Root, script);
        Assert.That(path, Does.Exist);
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(path) & UnixFileMode.UserExecute, Is.Not.EqualTo(UnixFileMode.None), script);
        }
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(GitHub, "workflows", file));

    private static YamlMappingNode Load(string file) => Parse(Text(file));

    private static YamlMappingNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static IEnumerable<(string Name, YamlMappingNode Job)> Jobs(YamlMappingNode workflow) =>
        ((YamlMappingNode)workflow.Children["jobs"]).Select(job => (((YamlScalarNode)job.Key).Value!, (YamlMappingNode)job.Value));

    private static IEnumerable<YamlMappingNode> Steps(string file) =>
        Jobs(Load(file)).SelectMany(job => (YamlSequenceNode)job.Job.Children["steps"]).Cast<YamlMappingNode>();

    // A job without permissions of its own has those of its workflow.
    private static IEnumerable<(string Scope, string Access)> Permissions(YamlMappingNode node) =>
        node.Children.TryGetValue("permissions", out var permissions)
            ? ((YamlMappingNode)permissions).Select(permission => (((YamlScalarNode)permission.Key).Value!, ((YamlScalarNode)permission.Value).Value!))
            : node.Children.ContainsKey("jobs") ? throw new AssertionException("the workflow has no permissions: it would have the repository's defaults") : [];

    private static string Command(YamlMappingNode step) => Value(step, "run");

    private static string Value(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value! : "";

    [GeneratedRegex(@"^\s*(- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"uses: [\w./-]+@\S+")]
    private static partial Regex Used();

    [GeneratedRegex(@"^\w+=")]
    private static partial Regex Assignment();
}

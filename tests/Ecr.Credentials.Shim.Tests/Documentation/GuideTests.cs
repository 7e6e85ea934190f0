using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ecr.Credentials.Kubelet.Tests.Nodes;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Shim.Tests.Identities;
using Ecr.Credentials.Shim.Tests.Setup;

namespace Ecr.Credentials.Shim.Tests.Documentation;

/// <summary>The README and the guides match the program.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed partial class GuideTests : SetupFixture
{
    private static readonly MarkdownPage Readme = MarkdownPage.Read("README.md");
    private static readonly MarkdownPage Credentials = MarkdownPage.Read("shim/docs/aws-credentials.md");
    private static readonly MarkdownPage Docker = MarkdownPage.Read("shim/docs/docker.md");
    private static readonly MarkdownPage Kubernetes = MarkdownPage.Read("shim/docs/kubernetes.md");
    private static readonly MarkdownPage MicroK8s = MarkdownPage.Read("shim/docs/microk8s.md");
    private static readonly MarkdownPage OptionsPage = MarkdownPage.Read("shim/docs/options.md");
    private static readonly MarkdownPage Troubleshooting = MarkdownPage.Read("shim/docs/troubleshooting.md");

    [Test]
    public async Task The_checks_by_hand_print_a_password()
    {
        var requests = new[] { MicroK8s, Kubernetes }.SelectMany(page => RequestPattern().Matches(page.Text)).Select(match => match.Value).ToArray();

        Assert.That(requests, Has.Length.EqualTo(2));
        foreach (var request in requests)
        {
            var result = await RunAsync(request, "-v");

            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Response.Auth.Single().Value.Password, Is.EqualTo(Emulator.Token));
        }
    }

    [TestCase("--help")]
    [TestCase("setup", "--help")]
    [TestCase("doctor", "--help")]
    [TestCase("kubelet", "--help")]
    public async Task The_options_are_those_of_the_help(params string[] arguments)
    {
        var help = (await RunAsync("", arguments)).Output;

        Assert.That(OptionsPage.BlocksOf("text"), Has.One.EqualTo($"{help.ReplaceLineEndings("\n").TrimEnd()}\n"));
    }

    [Test]
    public async Task The_set_up_prints_what_the_guide_shows()
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.34");

        var result = await SetUpAsync(node, "--yes");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(MicroK8s.BlocksOf("text"), Has.One.EqualTo(PlanOf(result.Output.Replace($" in {node.Root}", "", StringComparison.Ordinal))));
    }

    [Test]
    public async Task The_doctor_prints_what_the_readme_shows()
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.34");
        Assert.That((await SetUpAsync(node, "--yes", "--images", "*.dkr.ecr.amazonaws.com")).ExitCode, Is.LessThan(2));

        var result = await RunAsync("", "doctor", Image, "--root", node.Root);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(Readme.BlocksOf("text"), Has.One.EqualTo(result.Output.Replace($" in {node.Root}", "", StringComparison.Ordinal)));
    }

    [Test]
    public async Task The_docker_configuration_works_for_every_registry_in_it()
    {
        using var configuration = JsonDocument.Parse(Docker.BlocksOf("json").First(block => block.Contains("credHelpers", StringComparison.Ordinal)));
        foreach (
            var (host, helper) in configuration.RootElement.GetProperty("credHelpers").EnumerateObject().Select(entry => (entry.Name, entry.Value.GetString())))
        {
            Assert.That(Docker.Text, Does.Contain($"ln -s ecr-credential-provider /usr/local/bin/docker-credential-{helper}\n"));
            Assert.That((await RunAsync(host, "docker", "get")).Output, Does.Contain(Emulator.Token));
        }
    }

    [Test]
    public async Task The_helper_with_options_uses_the_profile()
    {
        WriteFile("docker-credential-team", Docker.BlocksOf("sh").Single(block => block.StartsWith("#!", StringComparison.Ordinal)));
        File.CreateSymbolicLink(Path.Combine(Home, "ecr-credential-provider"), Path.GetFullPath(ShimProgram.Path));
        var variables = Complete(Emulator.Environment());
        variables["PATH"] = $"{Home}:/usr/bin:/bin";
        variables["AWS_SHARED_CREDENTIALS_FILE"] = WriteFile(
            "credentials",
            $"""
            [team]
            aws_access_key_id = {Emulator.ProfileCredentials.AccessKeyId}
            aws_secret_access_key = {Emulator.ProfileCredentials.SecretAccessKey}
            """);

        var result = await PluginProcess.RunAsync(
            "/bin/sh", [Path.Combine(Home, "docker-credential-team"), "get"], variables, "210987654321.dkr.ecr.eu-west-1.amazonaws.com"u8.ToArray());

        Assert.That(result.ExitCode, Is.Zero, result.StandardError);
        Assert.That(TokenRequests.Single().AccessKeyId, Is.EqualTo(Emulator.ProfileCredentials.AccessKeyId));
    }

    [Test]
    public void The_credential_sources_are_those_that_are_tested()
    {
        var rows = IdentityCase.All.Select(identity => $"| {identity.Name} | {identity.Settings} | ✓ | ✓ | ✓ |");
        string[] table = ["| Source | Set by | Private | Public | China |", "|---|---|---|---|---|", .. rows];

        Assert.That(Credentials.Text, Does.Contain(string.Join('\n', table) + "\n\n"));
    }

    [Test]
    public void The_patterns_are_those_of_the_library()
    {
        var patterns = PatternPattern().Matches(Kubernetes.Text).Select(match => match.Value).Distinct().ToArray();

        Assert.That(patterns, Has.Length.EqualTo(8));
        Assert.That(ImagePattern.ForEcr.Select(pattern => pattern.ToString()), Is.SupersetOf(patterns));
    }

    [Test]
    public void The_messages_that_are_explained_exist()
    {
        var sources = string.Concat(
            Directory.EnumerateFiles(Path.Combine(MarkdownPage.Repository, "lib"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var messages = MessagePattern().Matches(Troubleshooting.Prose).Select(match => match.Groups[1].Value)

            // A message of the runtime.
            .Where(message => !message.StartsWith("No usable version of libssl", StringComparison.Ordinal))
            .ToArray();

        Assert.That(messages, Has.Length.GreaterThan(10));
        foreach (var part in messages.SelectMany(
            message => message.Split(["https://", "...", "\"", ": ", " 50s", " 5s"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            Assert.That(sources.Contains(part, StringComparison.Ordinal), part);
        }
    }

    // The plan, without the differences, backups and advice that follow it.
    private static string PlanOf(string output) => output[..(output.IndexOf("\n\nBinary files", StringComparison.Ordinal) + 1)];

    [GeneratedRegex("""\{"kind":"CredentialProviderRequest"[^\n]*\}""")]
    private static partial Regex RequestPattern();

    [GeneratedRegex("""\*\.dkr[.-]ecr[a-z.*-]*[a-z]""")]
    private static partial Regex PatternPattern();

    [GeneratedRegex("""^### `([^`]+)`$""", RegexOptions.Multiline)]
    private static partial Regex MessagePattern();
}

using System.Runtime.Versioning;
using System.Text.Json;
using Ecr.Credentials.Kubelet.Tests.Nodes;
using Ecr.Credentials.Shim.Tests.Setup;

namespace Ecr.Credentials.Shim.Tests.Doctor;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class DoctorTests : SetupFixture
{
    private const string Plugin = "/var/snap/microk8s/common/bin/ecr-credential-provider";
    private const string Secret = "wJalrXUtnFEMIEXAMPLEKEY";

    [Test]
    public async Task A_node_that_was_set_up_has_no_problems()
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.34");
        Assert.That((await SetUpAsync(node, "--yes")).ExitCode, Is.Zero);

        var result = await RunAsync("", "doctor", Image, "--root", node.Root);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")), result.Output);
        Assert.That(result.Output, Does.StartWith("ecr-credential-provider ").And.Contain($"Image {Image}\n"));
        Assert.That(result.Output, Does.Contain("\n 5 ok      image          matched by \"*.dkr.ecr.*.amazonaws.com\"\n"));
        Assert.That(result.Output, Does.EndWith("\nNo problems found; 8 checks skipped.\n"));
        Assert.That(result.Output, Does.Match(@"^[\x20-\x7e\n]*$"), "In a pipe it is plain text.");
        Assert.That(
            result.Output.Split('\n').Skip(1).Where(line => line.Length > 80 && line.Trim().Contains(' ', StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task A_failure_is_shown_with_its_remedy_and_no_secret()
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.34");
        var variables = WriteFile("variables", $"AWS_SECRET_ACCESS_KEY={Secret}\n");
        Assert.That((await SetUpAsync(node, "--yes", "--env-file", variables)).ExitCode, Is.Zero);
        File.SetUnixFileMode(node.Path(Plugin), (UnixFileMode)0b110_100_100);

        var text = await RunAsync("", "doctor", "--root", node.Root);
        var json = await RunAsync("", "doctor", "--root", node.Root, "--json");

        Assert.That((text.ExitCode, text.Error), Is.EqualTo((2, "")));
        Assert.That(text.Output, Does.Contain("\n 2 failed  executable").And.Contain("chmod 755").And.Contain("1 problem. "));
        Assert.That((json.ExitCode, json.Error), Is.EqualTo((2, "")));
        using var report = JsonDocument.Parse(json.Output);
        var check = report.RootElement.GetProperty("checks")[1];
        Assert.That(report.RootElement.GetProperty("ok").GetBoolean(), Is.False);
        Assert.That(report.RootElement.GetProperty("node").GetProperty("distribution").GetString(), Is.EqualTo("MicroK8s"));
        Assert.That(check.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "id", "title", "result", "evidence", "remedy" }));
        Assert.That(check.GetProperty("result").GetString(), Is.EqualTo("failed"));
        Assert.That(check.GetProperty("remedy").GetString(), Is.EqualTo($"run \"chmod 755 {Plugin}\""));
        Assert.That(text.Output + json.Output, Does.Not.Contain(Secret));
    }

    [Test]
    public async Task A_warning_has_an_exit_code_of_its_own()
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.34");
        Assert.That((await SetUpAsync(node, "--yes")).ExitCode, Is.Zero);
        File.SetUnixFileMode(node.Path(Plugin), (UnixFileMode)0b111_101_111);

        var result = await RunAsync("", "doctor", "--root", node.Root);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, "")));
        Assert.That(result.Output, Does.Contain("\n 2 warning executable").And.Contain("1 warning. "));
    }

    [Test]
    public async Task A_kubelet_that_is_not_recognized_is_described_by_its_paths()
    {
        using var node = NodeTreeDirectory.Describe("--- /opt/ecr-credential-provider 755\n#!/bin/sh\n--- /etc/c.yaml\nkind: X\n");

        var result = await RunAsync("", "doctor", "--root", node.Root, "--config", "/etc/c.yaml", "--bin-dir", "/opt");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((2, "")));
        Assert.That(result.Output, Does.Contain("\n 1 ok      layout         Custom\n 2 ok      executable").And.Contain("\n 4 failed  configuration"));
    }

    [TestCase("--docker=x", "unknown argument \"--docker\"; see doctor --help")]
    [TestCase("--root=/nowhere", "invalid --root \"/nowhere\": there is no such directory")]
    [TestCase("--config=a", "invalid --config \"a\": expected an absolute path on the node")]
    [TestCase("--bin-dir", "--bin-dir requires a value")]
    public async Task Invalid_arguments_are_refused(string argument, string message) =>
        AssertFailure(await RunAsync("", "doctor", argument), 2, message);

    [Test]
    public async Task The_help_text_fits_100_columns()
    {
        var result = await RunAsync("", "doctor", "--help");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output.Split('\n').Where(line => line.Length > 100), Is.Empty);
    }
}

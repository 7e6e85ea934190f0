using System.Text.Json.Nodes;

namespace Ecr.Credentials.Shim.Tests.Kubelet;

/// <summary><c>kubelet validate</c>.</summary>
[Platform("Linux")]
public sealed class KubeletValidateTests : KubeletFixture
{
    [Test]
    public async Task A_valid_configuration_succeeds()
    {
        var result = await RunAsync("", "kubelet", "validate", WriteConfig(Provider("ecr-credential-provider")));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(
            result.Output,
            Is.EqualTo(
                $"""
                {Home}/config.yaml: valid for Kubernetes 1.36
                  provider  ecr-credential-provider
                  images    *.dkr.ecr.*.amazonaws.com

                """));
    }

    [Test]
    public async Task Warnings_have_their_own_exit_code()
    {
        WriteConfig(Provider("plugin", "example.com/*"), Provider("absent", "example.com"));
        await AddPluginAsync("plugin", "exit 1");

        var result = await RunAsync("", "kubelet", "validate", "config.yaml", "--bin-dir", "bin");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, "")));
        Assert.That(
            Words(result.Output),
            Is.EqualTo(Words(
                $"""
                config.yaml:5:17: warning
                  "example.com/*" matches no image: "*" is not a wildcard in a path; end the
                  pattern in front of it (path-wildcard)

                config.yaml:9:9: warning
                  no plugin "absent" in the bin directory
                  "{Home}/bin"; install it or correct the name (missing-plugin)

                config.yaml: valid for Kubernetes 1.36, 2 warnings
                  provider  plugin
                  images    example.com/*
                  provider  absent
                  images    example.com

                """)));
        Assert.That(result.Output.Split('\n').Where(line => !line.Contains(Home, StringComparison.Ordinal)), Has.All.Length.LessThanOrEqualTo(80));
    }

    [Test]
    public async Task Errors_are_shown_with_the_words_of_the_kubelet()
    {
        WriteFile("config.yaml", "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: a/b\n");

        var result = await RunAsync("", "kubelet", "validate", "config.yaml");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((2, "")));
        Assert.That(result.Output, Does.Contain("config.yaml:4:9: error\n").And.Contain("\n  kubelet: providers.name: Invalid value: \"a/b\""));
        Assert.That(result.Output, Does.Contain("\nconfig.yaml: invalid for Kubernetes 1.36, 4 errors\n"));
    }

    [TestCase("valid", 0)]
    [TestCase("warnings", 1)]
    [TestCase("errors", 2)]
    public async Task Json_has_the_documented_fields(string name, int exitCode)
    {
        WriteFile("valid.yaml", await File.ReadAllTextAsync(WriteConfig(
            Provider("plugin", more: "  args: [--timeout=5s]\n  env: [{name: TEAM_SECRET, value: hunter2}]"),
            Provider(
                "account",
                more: "  tokenAttributes: {serviceAccountTokenAudience: aws, cacheType: Token, requireServiceAccount: false, "
                    + "optionalServiceAccountAnnotationKeys: [example.com/a]}"))));
        WriteFile("warnings.yaml", await File.ReadAllTextAsync(WriteConfig(Provider("plugin", "https://example.com"))));
        WriteFile("errors.yaml", await File.ReadAllTextAsync(WriteConfig("- name: a/b\n  matchImages: ['r.io:x']", Provider("plugin", "example.com/*"))));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Home, "valid.yaml"), UnixFileMode.UserRead);
        }

        var result = await RunAsync("", "kubelet", "validate", $"{name}.yaml", "--json");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((exitCode, "")));
        Golden.AssertEqual(result.Output, $"validate-{name}.json");
    }

    [Test]
    public async Task The_verdict_is_that_of_the_given_version()
    {
        var config = WriteConfig(Provider("plugin"));

        Assert.That((await RunAsync("", "kubelet", "validate", config, "--kubernetes=v1.26.3")).ExitCode, Is.Zero);
        var result = await RunAsync("", "kubelet", "validate", config, "--kubernetes", "1.25");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(Words(result.Output), Does.Contain("does not support kubelet.config.k8s.io/v1, which was added in 1.26"));
    }

    [Test]
    public async Task A_directory_is_read_file_by_file()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Home, "config.d")).FullName;
        var first = await File.ReadAllTextAsync(WriteConfig(Provider("first")));
        await File.WriteAllTextAsync(Path.Combine(directory, "a.yaml"), first);
        await File.WriteAllTextAsync(Path.Combine(directory, "b.yml"), first.Replace("first", "second", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(directory, "c.txt"), "not read");

        var result = await RunAsync("", "kubelet", "validate", "config.d", "--json");

        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(
            JsonNode.Parse(result.Output)!["providers"]!.AsArray().Select(provider => (string?)provider!["name"]), Is.EqualTo(new[] { "first", "second" }));
    }

    // The kubelet prints the whole file, with the secrets in it.
    [Test]
    public async Task A_secret_in_the_message_of_the_kubelet_is_not_shown()
    {
        WriteFile("config.yaml", "apiVersion: kubelet.config.k8s.io/v1\nproviders:\n- env: [{name: TEAM_SECRET, value: correct-horse}]\n");

        foreach (var option in (string[][])[[], ["--json"]])
        {
            var result = await RunAsync("", ["kubelet", "validate", "config.yaml", .. option]);

            Assert.That(result.ExitCode, Is.EqualTo(2));
            Assert.That(result.Output, Does.Contain("Object 'Kind' is missing in '…'").And.Contain("file-in-log").And.Not.Contain("correct-horse"));
        }
    }

    [Test]
    public async Task A_missing_file_is_an_error_of_the_configuration()
    {
        var result = await RunAsync("", "kubelet", "validate", "missing.yaml", "--json");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((2, "")));
        Assert.That(
            (string?)JsonNode.Parse(result.Output)!["errors"]![0]!["kubelet"],
            Is.EqualTo("unable to access path \"missing.yaml\": stat missing.yaml: no such file or directory"));
    }

    // The width of a temporary directory's name decides where lines break.
    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

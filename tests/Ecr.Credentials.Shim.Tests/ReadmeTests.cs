using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Shim.Tests.Identities;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>The README matches the program.</summary>
public sealed partial class ReadmeTests : ShimFixture
{
    private static readonly string Repository = typeof(ReadmeTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository, "README.md"));

    [Test]
    public async Task Its_checks_print_a_password()
    {
        var requests = RequestPattern().Matches(Readme).Select(match => match.Value).ToArray();

        Assert.That(requests, Has.Length.EqualTo(2));
        foreach (var request in requests)
        {
            var result = await RunAsync(request, "-v");

            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Response.Auth.Single().Value.Password, Is.EqualTo(Emulator.Token));
        }
    }

    [Test]
    public async Task Its_options_match_the_help_text()
    {
        var help = (await RunAsync("", "--help")).Output;

        Assert.That(Readme, Does.Contain($"```text\n{help.ReplaceLineEndings("\n").TrimEnd()}\n```"));
    }

    [Test]
    public async Task Its_docker_configuration_works_for_every_registry_in_it()
    {
        using var configuration = JsonDocument.Parse(HelpersPattern().Match(Readme).Value);
        foreach (
            var (host, helper) in configuration.RootElement.GetProperty("credHelpers").EnumerateObject().Select(entry => (entry.Name, entry.Value.GetString())))
        {
            Assert.That(Readme, Does.Contain($"ln -s ecr-credential-provider /usr/local/bin/docker-credential-{helper}\n"));
            Assert.That((await RunAsync(host, "docker", "get")).Output, Does.Contain(Emulator.Token));
        }
    }

    [Test]
    public async Task Its_helper_with_options_uses_the_profile()
    {
        WriteFile("docker-credential-team", ScriptPattern().Match(Readme).Value);
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
    public void Its_credential_sources_are_those_that_are_tested()
    {
        var rows = IdentityCase.All.Select(identity => $"| {identity.Name} | {identity.Settings} | ✓ | ✓ | ✓ |");
        string[] table = ["| Source | Set by | Private | Public | China |", "|---|---|---|---|---|", .. rows];

        Assert.That(Readme, Does.Contain(string.Join('\n', table) + "\n\n"));
    }

    [Test]
    public void Its_patterns_match_the_library()
    {
        var patterns = PatternPattern().Matches(Readme).Select(match => match.Value).Distinct().ToArray();

        Assert.That(patterns, Has.Length.EqualTo(8));
        Assert.That(ImagePattern.ForEcr.Select(pattern => pattern.ToString()), Is.SupersetOf(patterns));
    }

    [Test]
    public void Its_troubleshooting_table_quotes_messages_that_exist()
    {
        var sources = string.Concat(
            Directory.EnumerateFiles(Path.Combine(Repository, "lib"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var section = Readme[Readme.IndexOf("## Troubleshooting", StringComparison.Ordinal)..Readme.IndexOf("## docker", StringComparison.Ordinal)];
        var messages = MessagePattern().Matches(section).Select(match => match.Groups[1].Value)

            // A message of the runtime.
            .Where(message => !message.StartsWith("No usable version of libssl", StringComparison.Ordinal))
            .ToArray();

        Assert.That(messages, Has.Length.GreaterThan(10));
        foreach (var part in messages.SelectMany(
            message => message.Split(["https://", "...", "\"", ": ", " 50s"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            Assert.That(sources.Contains(part, StringComparison.Ordinal), part);
        }
    }

    [GeneratedRegex("""\{"kind":"CredentialProviderRequest"[^\n]*\}""")]
    private static partial Regex RequestPattern();

    [GeneratedRegex("""(?<=```json\n)\{\s*"credHelpers"[^`]*(?=```)""")]
    private static partial Regex HelpersPattern();

    [GeneratedRegex("""#!/bin/sh\nexec [^`]*""")]
    private static partial Regex ScriptPattern();

    [GeneratedRegex("""\*\.dkr[.-]ecr[a-z.*-]*[a-z]""")]
    private static partial Regex PatternPattern();

    [GeneratedRegex("""^\| `([^`]+)` \|""", RegexOptions.Multiline)]
    private static partial Regex MessagePattern();
}

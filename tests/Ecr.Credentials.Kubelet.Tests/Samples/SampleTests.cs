using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Tests.Configuration;
using Ecr.Credentials.Kubelet.Tests.Nodes;
using Ecr.Credentials.Kubelet.Tests.Plugins;

namespace Ecr.Credentials.Kubelet.Tests.Samples;

/// <summary>Runs the samples, which are the code of the package's readme.</summary>
public sealed partial class SampleTests
{
    private const string Head = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n";

    private static readonly string Repository = typeof(SampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    [Test]
    public void The_code_of_the_readme_is_in_the_samples()
    {
        var samples = Directory.GetFiles(Path.Combine(Repository, "tests", "Ecr.Credentials.Kubelet.Tests", "Samples"), "*.cs")
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())
            .ToHashSet();
        var readme = File.ReadAllText(Path.Combine(Repository, "lib", "Ecr.Credentials.Kubelet", "README.md"));
        var lines = CodePattern().Matches(readme).SelectMany(match => match.Groups[1].Value.Split('\n')).Select(line => line.Trim()).ToArray();

        Assert.That(lines, Has.Length.GreaterThan(30));
        Assert.That(lines.Where(line => !samples.Contains(line)), Is.Empty);
    }

    [Test]
    [Platform("Linux")]
    public async Task ImagePuller_tries_the_credentials_in_the_order_of_the_kubelet()
    {
        using var plugins = PluginDirectory.With(
            "plugin",
            "echo '{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"cacheKeyType\":\"Image\",\"auth\":{"
                + "\"*.example\":{\"username\":\"all\",\"password\":\"p\"},\"registry.example\":{\"username\":\"one\",\"password\":\"p\"}}}'");
        using var directory = new TemporaryDirectory();
        var tried = new List<string>();

        var isPulled = await ImagePuller.PullAsync(
            WriteConfig(directory, "*.example"),
            plugins.Files,
            "registry.example/app",
            (_, username, _) =>
            {
                tried.Add(username);
                return Task.FromResult(username == "all");
            });

        Assert.That(isPulled, Is.True);
        Assert.That(tried, Is.EqualTo(new[] { "one", "all" }));
    }

    [Test]
    public void ConfigCheck_prints_problems_and_warnings()
    {
        using var directory = new TemporaryDirectory();
        var config = WriteConfig(directory, "https://registry.example");
        using var output = new StringWriter { NewLine = "\n" };

        ConfigCheck.Print(config, directory.Path, output);

        Assert.That(
            output.ToString(),
            Is.EqualTo(
                $"{config}:5:17: \"https://registry.example\" matches no image: images have no scheme; remove it (scheme)\n"
                    + $"{config}:4:9: no plugin \"plugin\" in the bin directory \"{directory.Path}\"; install it or correct the name (missing-plugin)\n"));
    }

    [Test]
    public void EcrProvider_keeps_the_other_providers()
    {
        var text = $"# Ours.\n{Provider("*.example")}";

        var edited = EcrProvider.AddTo(text);

        Assert.That(edited, Does.StartWith(text));
        var config = CredentialProviderConfig.Parse(System.Text.Encoding.UTF8.GetBytes(edited), "config.yaml");
        Assert.That(config.Providers.Select(provider => provider.Name), Is.EqualTo(new[] { "plugin", "ecr-credential-provider" }));
        Assert.That(config.Validate(KubernetesVersion.Latest), Is.Empty);
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    public async Task NodePreparation_prints_the_plan_and_applies_it()
    {
        using var node = NodeTreeDirectory.Create("k3s");
        using var output = new StringWriter { NewLine = "\n" };

        await NodePreparation.SetUpAsync(node.Root, "/bin/sh", output);

        Assert.That(output.ToString(), Does.Contain("+providers:\n").And.EndsWith("\nApplied: restart k3s\n"));
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    public async Task NodeDiagnosis_prints_what_fails()
    {
        using var node = NodeTreeDirectory.Create("kubeadm-debian");
        using var output = new StringWriter { NewLine = "\n" };

        await NodeDiagnosis.PrintAsync(node.Root, "registry.example/app", output);

        Assert.That(output.ToString(), Does.StartWith("executable: the bin directory ").And.Contain("\nflags: "));
    }

    private static string WriteConfig(TemporaryDirectory directory, string pattern)
    {
        var path = Path.Combine(directory.Path, "config.yaml");
        File.WriteAllText(path, Provider(pattern));
        return path;
    }

    private static string Provider(string pattern) =>
        $"{Head}- name: plugin\n  matchImages: [\"{pattern}\"]\n  defaultCacheDuration: 12h\n  apiVersion: credentialprovider.kubelet.k8s.io/v1\n";

    [GeneratedRegex("```csharp\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex CodePattern();
}

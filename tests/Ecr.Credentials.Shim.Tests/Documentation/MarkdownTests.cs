using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ecr.Credentials.Shim.Tests.Documentation;

/// <summary>Links, code and translations in all pages.</summary>
public sealed partial class MarkdownTests : ShimFixture
{
    private const int MaxReadmeLines = 180;

    private static readonly MarkdownPage[] Pages = [.. MarkdownPage.ReadAll()];

    [Test]
    public void Every_link_within_the_repository_resolves()
    {
        var links = (from page in Pages from link in page.Links where !link.Contains("://", StringComparison.Ordinal) select (page, link)).ToArray();

        Assert.That(links, Has.Length.GreaterThan(40));
        Assert.That(links.Where(link => !Resolves(link.page, link.link)).Select(link => $"{link.page}: {link.link}"), Is.Empty);
    }

    [Test]
    public void Every_link_to_another_site_uses_https() =>
        Assert.That(
            from page in Pages
            from link in page.Links
            where link.Contains("://", StringComparison.Ordinal)
            where !link.StartsWith("https://", StringComparison.Ordinal) || !Uri.IsWellFormedUriString(link, UriKind.Absolute)
            select $"{page}: {link}",
            Is.Empty);

    [Test]
    public void The_readme_is_short() => Assert.That(MarkdownPage.Read("README.md").Text.Count(c => c == '\n'), Is.LessThanOrEqualTo(MaxReadmeLines));

    [Test]
    public void The_code_of_the_readme_is_that_of_the_package() =>
        Assert.That(
            MarkdownPage.Read("README.md").BlocksOf("csharp"),
            Is.Not.Empty.And.SubsetOf(MarkdownPage.Read("lib/Ecr.Credentials/README.md").BlocksOf("csharp")));

    [Test]
    public async Task Every_shell_block_is_valid()
    {
        var blocks = Pages.SelectMany(page => page.BlocksOf("sh")).ToArray();

        Assert.That(blocks, Has.Length.GreaterThan(20));
        foreach (var block in blocks)
        {
            var result = await PluginProcess.RunAsync("/bin/sh", ["-n"], Complete(Emulator.Environment()), System.Text.Encoding.UTF8.GetBytes(block));
            Assert.That(result.ExitCode, Is.Zero, block + result.StandardError);
        }
    }

    [Test]
    public void Every_JSON_block_is_valid()
    {
        var blocks = Pages.SelectMany(page => page.BlocksOf("json")).ToArray();

        Assert.That(blocks, Is.Not.Empty);
        foreach (var block in blocks)
        {
            Assert.That(() => JsonDocument.Parse(block).Dispose(), Throws.Nothing, block);
        }
    }

    [Test]
    public async Task The_kubelet_accepts_every_configuration()
    {
        const string Head =
            "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n  - name: ecr-credential-provider\n"
                + "    apiVersion: credentialprovider.kubelet.k8s.io/v1\n    defaultCacheDuration: 6h\n";
        const string Images = "    matchImages: [\"*.dkr.ecr.*.amazonaws.com\"]\n";
        var blocks = Pages.Where(page => page.Path.StartsWith("shim/docs", StringComparison.Ordinal)).SelectMany(page => page.BlocksOf("yaml")).ToArray();

        Assert.That(blocks, Has.Length.GreaterThan(5));
        foreach (var block in blocks)
        {
            // What is not a whole configuration is a part of the provider.
            var text = block.StartsWith("apiVersion:", StringComparison.Ordinal) ? block
                : Head + (block.Contains("matchImages:", StringComparison.Ordinal) ? "" : Images) + block;
            var file = WriteFile("config.yaml", text);
            var result = await RunAsync("", "kubelet", "validate", file, "--kubernetes", "1.34");

            Assert.That(result.ExitCode, Is.LessThan(2), text + result.Output + result.Error);
        }
    }

    [Test]
    public void The_Chinese_page_has_the_blocks_and_tables_of_the_English_one()
    {
        var english = MarkdownPage.Read("shim/docs/microk8s.md");
        var chinese = MarkdownPage.Read("shim/docs/microk8s.zh-CN.md");

        Assert.That(chinese.Blocks, Is.EqualTo(english.Blocks));
        Assert.That(chinese.Headings, Has.Count.EqualTo(english.Headings.Count));
        Assert.That(CodeOf(chinese), Is.EqualTo(CodeOf(english)));
        Assert.That(chinese.Links.Skip(1), Is.EqualTo(english.Links.Skip(1)), "The first one is that to the other language.");
    }

    [Test]
    public void Every_test_that_the_security_page_names_exists()
    {
        var sources = string.Concat(
            Directory.EnumerateFiles(Path.Combine(MarkdownPage.Repository, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var tests = TestPattern().Matches(MarkdownPage.Read("shim/docs/security.md").Text).Select(match => match.Groups[1].Value).Distinct().ToArray();

        Assert.That(tests, Has.Length.GreaterThan(10));
        Assert.That(tests.Where(test => !Regex.IsMatch(sources, $@"(class|void|Task) {test}\b")), Is.Empty);
    }

    // Inline code per paragraph: commands, options and file names are the same in every language. Their order in a sentence may differ.
    private static IEnumerable<string> CodeOf(MarkdownPage page) =>
        page.Prose.Split('\n').Select(line => string.Join(' ', CodePattern().Matches(line).Select(match => match.Value).Order(StringComparer.Ordinal)))
            .Where(line => line.Length > 0);

    private static bool Resolves(MarkdownPage page, string link)
    {
        var parts = link.Split('#');
        var path = parts[0].Length == 0
            ? page.Path
            : Path.GetRelativePath(
                MarkdownPage.Repository, Path.Combine(MarkdownPage.Repository, Path.GetDirectoryName(page.Path)!, parts[0]));
        var file = Path.Combine(MarkdownPage.Repository, path);
        return parts.Length == 1 ? Path.Exists(file) : File.Exists(file) && MarkdownPage.Read(path).Anchors.Contains(parts[1]);
    }

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"`(\w*(Tests|_[a-z_]+))`")]
    private static partial Regex TestPattern();
}

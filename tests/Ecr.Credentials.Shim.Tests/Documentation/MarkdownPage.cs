using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Ecr.Credentials.Shim.Tests.Documentation;

/// <summary>A Markdown file of the repository.</summary>
internal sealed partial class MarkdownPage
{
    private MarkdownPage(string path)
    {
        Path = path;
        Text = File.ReadAllText(System.IO.Path.Combine(Repository, path)).ReplaceLineEndings("\n");
        Blocks = [.. BlockPattern().Matches(Text).Select(match => new MarkdownBlock(match.Groups["language"].Value, match.Groups["text"].Value))];
        Prose = BlockPattern().Replace(Text, "");
        Headings = [.. HeadingPattern().Matches(Prose).Select(match => match.Groups["text"].Value)];
        Links = [.. LinkPattern().Matches(Prose).Select(match => match.Groups["target"].Value)];
    }

    public static string Repository { get; } = typeof(MarkdownPage).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    /// <summary>The path from the root of the repository.</summary>
    public string Path { get; }

    public string Text { get; }

    /// <summary>The text without blocks of code.</summary>
    public string Prose { get; }

    public IReadOnlyList<MarkdownBlock> Blocks { get; }

    public IReadOnlyList<string> Headings { get; }

    public IReadOnlyList<string> Links { get; }

    /// <summary>The anchors of the headings, as GitHub derives them.</summary>
    [SuppressMessage("Globalization", "CA1308:Normalize strings to uppercase", Justification = "Anchors are in lower case.")]
    public IEnumerable<string> Anchors => Headings.Select(heading => NotInAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-'));

    public static MarkdownPage Read(string path) => new(path);

    /// <summary>All pages that are not build output.</summary>
    public static IEnumerable<MarkdownPage> ReadAll() =>
        from path in Directory.EnumerateFiles(Repository, "*.md", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        let relative = System.IO.Path.GetRelativePath(Repository, path)
        where !NotOurs().IsMatch(relative)
        select new MarkdownPage(relative);

    public IEnumerable<string> BlocksOf(string language) => Blocks.Where(block => block.Language == language).Select(block => block.Text);

    public override string ToString() => Path;

    [GeneratedRegex("""^```(?<language>\w*)\n(?<text>.*?)^```$""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"(^|/)(bin|obj|artifacts|out|TestResults|\.git)/")]
    private static partial Regex NotOurs();
}

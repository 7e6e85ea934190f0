using System.Text.RegularExpressions;
using Ecr.Credentials.Tests.Packaging;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>How everything that people read is written: help, messages, XML docs, comments and Markdown.</summary>
public sealed partial class ProseTests
{
    private const int MaxLineLength = 160;

    [Test]
    public void Lines_of_code_are_at_most_160_characters_long() =>
        Assert.That(
            Lines(["lib", "shim", "tests", "benchmarks", "nuget"], "*.cs")
                .Where(line => line.Text.Length > MaxLineLength && !RawText().IsMatch(line.Text))
                .Select(line => line.Place),
            Is.Empty);

    [Test]
    public void Nothing_that_people_read_is_in_dialect() =>
        Assert.That(
            Lines(["lib", "shim"], "*.cs").Concat(Lines(["."], "*.md")).Where(line => Dialect().IsMatch(line.Text))
                .Select(line => $"{line.Place}: {Dialect().Match(line.Text).Value}"),
            Is.Empty);

    private static IEnumerable<(string Place, string Text)> Lines(string[] directories, string pattern) =>
        from directory in directories
        from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, directory), pattern, SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Repository.Root, path)
        where !BuildOutput().IsMatch(relative)
        from line in File.ReadLines(path).Index()
        select ($"{relative}({line.Index + 1})", line.Item);

    [GeneratedRegex(@"(^|[/\\])(bin|obj|artifacts|out|\.git|\.ci)[/\\]")]
    private static partial Regex BuildOutput();

    // A raw string literal, or a line within one, cannot be broken.
    [GeneratedRegex(@"""""""|printf '|^\s*\S+$")]
    private static partial Regex RawText();

    // Words that a native reader would not expect here, from a style guide for plain technical English.
    [GeneratedRegex(
        @"\b(tells?|told|stands?|counts(?=[.;,)])|folders?|unforeseen|nobody|whoever|(?<!there )(is|are) (none|no (?!longer|more|other))|cannot be (had|got)"
            + @"|asks? with|asked with|gives? out|given out|hands out"
            + @"|whose turn|in a circle|for old times|begins or ends with a blank|had not answered|not known here|wants a|wants to hear)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Dialect();
}

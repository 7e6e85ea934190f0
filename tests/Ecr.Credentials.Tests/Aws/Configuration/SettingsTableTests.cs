using System.Text.RegularExpressions;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Tests.Packaging;

namespace Ecr.Credentials.Tests.Aws.Configuration;

/// <summary>The page of AWS settings lists what the code reads, and nothing else.</summary>
public sealed partial class SettingsTableTests
{
    // Settings of docker-credential-ecr-login, which the executable documents.
    private static readonly string[] VariablesOfTheHelper = ["AWS_ECR_CACHE_DIR", "AWS_ECR_DISABLE_CACHE", "AWS_ECR_IGNORE_CREDS_STORAGE"];

    private static readonly string[][] Rows = [.. ReadRows()];

    [Test]
    public void Every_variable_that_is_read_has_a_row() =>
        Assert.That(NamesIn(column: 0), Is.EquivalentTo(Sources().SelectMany(VariablesIn).Distinct().Except(VariablesOfTheHelper)));

    [Test]
    public void Every_setting_that_is_read_has_a_row() => Assert.That(NamesIn(column: 1), Is.EquivalentTo(ProfileSettings.All.ToArray()));

    [Test]
    public void Every_setting_of_the_list_is_read()
    {
        var text = string.Concat(Sources());

        // In the list itself, and where it is read.
        Assert.That(
            ProfileSettings.All.ToArray().Where(setting => Regex.Count(text, $"\"{setting}\"") < 2).Except(
                [ProfileSettings.AccessKeyId, ProfileSettings.SecretAccessKey, ProfileSettings.SessionToken, ProfileSettings.SecurityToken]),
            Is.Empty);
    }

    [Test]
    public void Every_row_says_what_the_setting_does() => Assert.That(Rows.Select(row => row[2]), Has.None.Empty);

    private static IEnumerable<string> NamesIn(int column) => Rows.SelectMany(row => NamePattern().Matches(row[column])).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Sources() =>
        from directory in (string[])["lib/Ecr.Credentials", "shim"]
        from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, directory), "*.cs", SearchOption.AllDirectories)
        where !BuildOutput().IsMatch(path)
        select File.ReadAllText(path);

    private static IEnumerable<string> VariablesIn(string text) => VariablePattern().Matches(text).Select(match => match.Groups[1].Value);

    private static IEnumerable<string[]> ReadRows() =>
        File.ReadLines(Path.Combine(Repository.Root, "lib", "Ecr.Credentials", "Aws", "Settings.md"))
            .SkipWhile(line => !line.StartsWith("|---|", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    [GeneratedRegex("`([A-Za-z0-9_]+)`")]
    private static partial Regex NamePattern();

    [GeneratedRegex("\"(AWS_[A-Z0-9_]+)\"")]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"[/\\](bin|obj)[/\\]")]
    private static partial Regex BuildOutput();
}

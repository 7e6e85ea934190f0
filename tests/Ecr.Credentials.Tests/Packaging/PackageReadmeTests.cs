using System.Text.RegularExpressions;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>Keeps the readme of the package in line with the code.</summary>
public sealed partial class PackageReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "lib", "Ecr.Credentials", "README.md"));

    [Test]
    public void Its_table_names_public_types_by_their_namespaces()
    {
        var publicTypes = typeof(EcrCredentialProvider).Assembly.GetExportedTypes().Select(type => type.FullName!);
        var named = new List<string>();
        var space = "";
        foreach (Match row in RowPattern().Matches(Readme))
        {
            space = row.Groups["namespace"] is { Success: true } given ? given.Value : space;
            named.AddRange(row.Groups["type"].Captures.Select(type => $"{space}.{type.Value}"));
        }

        Assert.That(named, Is.EquivalentTo(publicTypes));
    }

    [GeneratedRegex(@"^\| (`(?<namespace>[\w.]+)` )?\| (`(?<type>\w+)`(, )?)+ \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RowPattern();
}

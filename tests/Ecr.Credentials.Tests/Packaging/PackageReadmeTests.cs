using System.Text.RegularExpressions;
using Ecr.Credentials.Kubelet.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>Keeps the readmes of the packages in line with the code.</summary>
public sealed partial class PackageReadmeTests
{
    [TestCase(typeof(EcrCredentialProvider))]
    [TestCase(typeof(EcrCredentialsHostingExtensions))]
    [TestCase(typeof(KubeletCredentials))]
    public void Its_table_names_public_types_by_their_namespaces(Type known)
    {
        var publicTypes = known.Assembly.GetExportedTypes().Select(type => type.FullName!);
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "lib", known.Assembly.GetName().Name!, "README.md"));
        var named = new List<string>();
        var space = "";
        foreach (Match row in RowPattern().Matches(readme))
        {
            space = row.Groups["namespace"] is { Success: true } given ? given.Value : space;
            named.AddRange(row.Groups["type"].Captures.Select(type => $"{space}.{type.Value}"));
        }

        Assert.That(named, Is.EquivalentTo(publicTypes));
    }

    [GeneratedRegex(@"^\| (`(?<namespace>[\w.]+)` )?\| (`(?<type>\w+)`(, )?)+ \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RowPattern();
}

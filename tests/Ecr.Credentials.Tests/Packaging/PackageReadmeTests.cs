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

    [TestCase("README.md")]
    [TestCase("lib/Ecr.Credentials/README.md")]
    [TestCase("lib/Ecr.Credentials.Hosting/README.md")]
    public void Its_samples_are_programs_that_are_compiled_and_run(string file)
    {
        var programs = Repository.Sources("nuget/Samples").Select(path => File.ReadAllText(path).Trim()).ToArray();
        var samples = SamplePattern().Matches(File.ReadAllText(Path.Combine(Repository.Root, file))).Select(match => match.Groups["code"].Value.Trim());

        Assert.That(samples, Is.Not.Empty);
        Assert.That(samples.Except(programs), Is.Empty);
    }

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex SamplePattern();

    [GeneratedRegex(@"^\| (`(?<namespace>[\w.]+)` )?\| (`(?<type>\w+)`(, )?)+ \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RowPattern();
}

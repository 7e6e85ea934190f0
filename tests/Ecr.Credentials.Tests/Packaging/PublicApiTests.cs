using Ecr.Credentials.Kubelet.Plugins;
using Microsoft.Extensions.DependencyInjection;
using PublicApiGenerator;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>The public API changes only on purpose: <c>PublicApi*.txt</c> are reviewed with the change.</summary>
public sealed class PublicApiTests
{
    [TestCase(typeof(EcrCredentialProvider), "PublicApi.txt")]
    [TestCase(typeof(EcrCredentialsHostingExtensions), "PublicApi.Hosting.txt")]
    [TestCase(typeof(KubeletCredentials), "PublicApi.Kubelet.txt")]
    public void The_public_API_matches_the_reviewed_one(Type type, string file)
    {
        var reviewed = Path.Combine(Repository.Root, "tests", "Ecr.Credentials.Tests", "Packaging", file);
        var current = Path.Combine(AppContext.BaseDirectory, file);
        var api = type.Assembly
            .GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] })
            .ReplaceLineEndings("\n")
            .Trim();
        File.WriteAllText(current, $"{api}\n");

        Assert.That(
            File.ReadAllLines(current),
            Is.EqualTo(File.ReadAllLines(reviewed)),
            "The public API is not the reviewed one. Undo the change, or accept it and review the difference in the commit:\n"
                + $"  cp \"{current}\" \"{reviewed}\"");
    }
}

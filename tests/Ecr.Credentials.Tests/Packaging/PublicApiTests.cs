using PublicApiGenerator;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>The public API changes only on purpose: <c>PublicApi.txt</c> is reviewed with the change.</summary>
public sealed class PublicApiTests
{
    [Test]
    public void The_public_API_matches_the_reviewed_one()
    {
        var reviewed = Path.Combine(Repository.Root, "tests", "Ecr.Credentials.Tests", "Packaging", "PublicApi.txt");
        var current = Path.Combine(AppContext.BaseDirectory, "PublicApi.txt");
        var api = typeof(EcrCredentialProvider).Assembly
            .GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false })
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

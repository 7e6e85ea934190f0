using System.Reflection;

namespace Ecr.Credentials.Shim.Tests.Kubelet;

/// <summary>Reviewed output. A change of a JSON file can break a user's program.</summary>
internal static class Golden
{
    private static readonly string Repository = typeof(Golden).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    public static void AssertEqual(string actual, string name)
    {
        var reviewed = Path.Combine(Repository, "tests", "Ecr.Credentials.Shim.Tests", "Kubelet", "Golden", name);
        var current = Path.Combine(AppContext.BaseDirectory, name);
        File.WriteAllText(current, actual);

        Assert.That(
            actual,
            Is.EqualTo(File.ReadAllText(reviewed)),
            $"The output is not the reviewed one. Undo the change, or accept it and review the difference in the commit:\n  cp \"{current}\" \"{reviewed}\"");
    }
}

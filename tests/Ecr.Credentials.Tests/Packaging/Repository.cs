using System.Reflection;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    private static readonly Assembly Tests = typeof(Repository).Assembly;

    /// <summary>The root directory of the repository.</summary>
    public static string Root { get; } =
        Tests.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    /// <summary>The C# files below a directory of the repository, without build output.</summary>
    public static IEnumerable<string> Sources(string directory) =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, directory), "*.cs", SearchOption.AllDirectories)
        let parts = Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar)
        where !parts.Contains("obj") && !parts.Contains("bin")
        select path;

    /// <summary>Debug or Release, as the tests were built.</summary>
    public static string Configuration { get; } = Tests.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
}

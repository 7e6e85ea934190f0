using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>The library and the executable use no source generators, and their dependencies include no compiler packages.</summary>
[TestFixture("lib/Ecr.Credentials")]
[TestFixture("shim")]
public sealed class RoslynFreeTests(string project)
{
    [Test]
    public void No_compiler_package_is_a_transitive_dependency()
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, project, "obj", "project.assets.json")));
        var packages = assets.RootElement.GetProperty("libraries").EnumerateObject().Select(package => package.Name).ToArray();

        Assert.That(packages, Has.Some.StartsWith("AWSSDK.Core/"));
        Assert.That(packages, Has.None.StartsWith("Microsoft.CodeAnalysis").IgnoreCase);
    }

    [Test]
    public async Task No_analyzer_on_the_compilers_command_line_is_a_source_generator()
    {
        var analyzers = await GetAnalyzersAsync();

        Assert.That(analyzers, Is.Not.Empty);
        Assert.That(analyzers.Where(HoldsGenerator), Is.Empty);
    }

    // A design-time build, as in an editor: the compiler is not run, and a nonexistent input stops MSBuild from skipping the target.
    private async Task<string[]> GetAnalyzersAsync()
    {
        const string Option = "/analyzer:";

        using var result = JsonDocument.Parse(await DotnetCommand.RunAsync(
            "msbuild",
            project,
            "-target:Compile",
            "-getItem:CscCommandLineArgs",
            $"-property:Configuration={Repository.Configuration}",
            "-property:ProvideCommandLineArgs=true",
            "-property:SkipCompilerExecution=true",
            "-property:NonExistentFile=does-not-exist",
            "-property:BuildProjectReferences=false"));

        return [.. result.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
            .Select(argument => argument.Text("Identity"))
            .Where(argument => argument.StartsWith(Option, StringComparison.Ordinal))
            .Select(argument => argument[Option.Length..].Trim('"'))];
    }

    // The compiler runs a generator only if it has the attribute.
    private static bool HoldsGenerator(string assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        var metadata = image.GetMetadataReader();
        return metadata.TypeReferences
            .Select(metadata.GetTypeReference)
            .Any(type => metadata.StringComparer.Equals(type.Name, "GeneratorAttribute"));
    }
}

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>Libraries and executable are built without source generators and do not depend on packages of the compiler.</summary>
[TestFixture("lib/Ecr.Credentials")]
[TestFixture("lib/Ecr.Credentials.Hosting")]
[TestFixture("lib/Ecr.Credentials.Kubelet")]
[TestFixture("shim")]
public sealed class RoslynFreeTests(string project)
{
    [Test]
    public void No_package_dependency_belongs_to_the_compiler()
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, project, "obj", "project.assets.json")));
        var packages = assets.RootElement.GetProperty("libraries").EnumerateObject().Select(package => package.Name).ToArray();

        Assert.That(packages, Has.Some.StartsWith("AWSSDK.Core/"));
        Assert.That(packages, Has.None.StartsWith("Microsoft.CodeAnalysis").IgnoreCase);
    }

    [Test]
    public async Task No_analyzer_passed_to_the_compiler_is_a_source_generator()
    {
        var analyzers = await GetAnalyzersAsync();

        Assert.That(analyzers, Is.Not.Empty);
        Assert.That(analyzers.Where(HoldsGenerator), Is.Empty);
    }

    // As editors do it: the compiler itself is not run, and an input that does not exist keeps MSBuild from skipping its target.
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

using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>The content and metadata of the packages.</summary>
public sealed class PackageTests
{
    private DirectoryInfo _folder = null!;
    private ZipArchive _package = null!;
    private ZipArchive _symbols = null!;
    private XElement _metadata = null!;

    [OneTimeSetUp]
    public async Task Pack()
    {
        _folder = Directory.CreateTempSubdirectory("ecr-credentials-");
        await DotnetCommand.RunAsync(
            "pack", "lib/Ecr.Credentials", "--no-build", "--configuration", Repository.Configuration, "--output", _folder.FullName);

        _package = await ZipFile.OpenReadAsync(_folder.GetFiles("*.nupkg").Single().FullName);
        _symbols = await ZipFile.OpenReadAsync(_folder.GetFiles("*.snupkg").Single().FullName);
        await using var nuspec = await _package.GetEntry("Ecr.Credentials.nuspec")!.OpenAsync();
        _metadata = Child(await XElement.LoadAsync(nuspec, LoadOptions.None, CancellationToken.None), "metadata")!;
    }

    [OneTimeTearDown]
    public void Delete()
    {
        _package?.Dispose();
        _symbols?.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase("lib/net10.0/Ecr.Credentials.dll")]
    [TestCase("lib/net10.0/Ecr.Credentials.xml")]
    [TestCase("README.md")]
    [TestCase("CHANGELOG.md")]
    [TestCase("icon.png")]
    public void The_package_contains(string file) => Assert.That(_package.GetEntry(file), Is.Not.Null);

    [Test]
    public void The_symbols_are_in_a_separate_package() => Assert.That(_symbols.GetEntry("lib/net10.0/Ecr.Credentials.pdb"), Is.Not.Null);

    [TestCase("id", "Ecr.Credentials")]
    [TestCase("license", "Apache-2.0")]
    [TestCase("readme", "README.md")]
    [TestCase("icon", "icon.png")]
    public void The_nuspec_says(string element, string value) => Assert.That(Child(_metadata, element)?.Value, Is.EqualTo(value));

    [Test]
    public void The_nuspec_contains_no_directory_of_the_build_machine() =>
        Assert.That(_metadata.ToString(), Does.Not.Contain(Repository.Root).And.Not.Contain("file://"));

    // A commit produces the same package on every branch.
    [Test]
    public void The_nuspec_does_not_name_the_branch() => Assert.That(Child(_metadata, "repository")?.Attribute("branch"), Is.Null);

    [Test]
    public void The_nuspec_lists_only_direct_run_time_dependencies()
    {
        var dependencies = _metadata.Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value);

        Assert.That(dependencies, Is.Not.Empty.And.EquivalentTo(GetDirectRuntimeDependencies()));
    }

    // The packages that the project itself references and that contain an assembly; analyzers contain none.
    private static string[] GetDirectRuntimeDependencies()
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "lib/Ecr.Credentials/obj/project.assets.json")));
        var direct = assets.RootElement.GetProperty("project").GetProperty("frameworks").GetProperty("net10.0").GetProperty("dependencies");
        var restored = assets.RootElement.GetProperty("targets").GetProperty("net10.0").EnumerateObject().ToDictionary(
            package => package.Name.Split('/')[0], package => package.Value, StringComparer.OrdinalIgnoreCase);

        return [.. direct.EnumerateObject()
            .Select(dependency => dependency.Name)
            .Where(name => restored[name].TryGetProperty("runtime", out _))];
    }

    private static XElement? Child(XElement parent, string name) => parent.Elements().SingleOrDefault(element => element.Name.LocalName == name);
}

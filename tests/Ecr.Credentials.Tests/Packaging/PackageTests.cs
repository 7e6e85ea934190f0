using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>The content and metadata of the packages.</summary>
[TestFixture("Ecr.Credentials")]
[TestFixture("Ecr.Credentials.Hosting")]
[TestFixture("Ecr.Credentials.Kubelet")]
public sealed class PackageTests(string name)
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
            "pack", $"lib/{name}", "--no-build", "--configuration", Repository.Configuration, "--output", _folder.FullName);

        _package = await ZipFile.OpenReadAsync(_folder.GetFiles("*.nupkg").Single().FullName);
        _symbols = await ZipFile.OpenReadAsync(_folder.GetFiles("*.snupkg").Single().FullName);
        await using var nuspec = await _package.GetEntry($"{name}.nuspec")!.OpenAsync();
        _metadata = Child(await XElement.LoadAsync(nuspec, LoadOptions.None, CancellationToken.None), "metadata")!;
    }

    [OneTimeTearDown]
    public void Delete()
    {
        _package?.Dispose();
        _symbols?.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase("lib/net10.0/{name}.dll")]
    [TestCase("lib/net10.0/{name}.xml")]
    [TestCase("README.md")]
    [TestCase("CHANGELOG.md")]
    [TestCase("icon.png")]
    public void The_package_contains(string file) =>
        Assert.That(_package.GetEntry(file.Replace("{name}", name, StringComparison.Ordinal)), Is.Not.Null);

    [Test]
    public void The_symbols_are_in_a_separate_package() => Assert.That(_symbols.GetEntry($"lib/net10.0/{name}.pdb"), Is.Not.Null);

    [TestCase("id", "{name}")]
    [TestCase("license", "Apache-2.0")]
    [TestCase("readme", "README.md")]
    [TestCase("icon", "icon.png")]
    public void The_nuspec_says(string element, string value) =>
        Assert.That(Child(_metadata, element)?.Value, Is.EqualTo(value.Replace("{name}", name, StringComparison.Ordinal)));

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

    // The packages that the project itself references and that contain an assembly, which analyzers do not, and its projects, which become packages.
    private string[] GetDirectRuntimeDependencies()
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, $"lib/{name}/obj/project.assets.json")));
        var project = assets.RootElement.GetProperty("project");
        var direct = project.GetProperty("frameworks").GetProperty("net10.0").GetProperty("dependencies").EnumerateObject().Select(package => package.Name);
        var projects = project.GetProperty("restore").GetProperty("frameworks").GetProperty("net10.0").GetProperty("projectReferences").EnumerateObject()
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Name));
        var restored = assets.RootElement.GetProperty("targets").GetProperty("net10.0").EnumerateObject().ToDictionary(
            package => package.Name.Split('/')[0], package => package.Value, StringComparer.OrdinalIgnoreCase);

        return [.. direct.Concat(projects).Where(dependency => restored[dependency].TryGetProperty("runtime", out _))];
    }

    private static XElement? Child(XElement parent, string name) => parent.Elements().SingleOrDefault(element => element.Name.LocalName == name);
}

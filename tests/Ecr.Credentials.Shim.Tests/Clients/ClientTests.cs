using System.Text;

namespace Ecr.Credentials.Shim.Tests.Clients;

/// <summary>
/// Real clients push to and pull from a real registry with the executable as their credential helper. Needs the paths of the programs in
/// <c>DOCKER_REGISTRY</c>, <c>ECR_CREDENTIAL_PROVIDER</c> and, for docker itself, <c>DOCKER</c>. The emulator's proxy routes the real host names of the
/// registry and of AWS.
/// </summary>
[Requires(Requirement.Registry)]
[Requires(Requirement.NativeExecutable)]
public sealed class ClientTests : ShimFixture
{
    private const string PrivateHost = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string PublicHost = "public.ecr.aws";

    private static readonly string[] Hosts = [PrivateHost, PublicHost];

    private static readonly string? Docker = Environment.GetEnvironmentVariable("DOCKER");

    private static readonly string[] DockerConfigurations =
        [$$"""{ "credHelpers": { "{{PrivateHost}}": "ecr-login" } }""", """{ "credsStore": "ecr-login" }"""];

    private static readonly string[] PrivateHosts = [PrivateHost];

    [TestCaseSource(nameof(Hosts))]
    public async Task Skopeo_copies_and_inspects(string host)
    {
        await using var registry = await RealRegistry.StartAsync(Emulator, host, Home);
        TinyImage.Write(Path.Combine(Home, "image"));
        var environment = WriteHelper("auth.json", HelperFor(host));
        environment["REGISTRY_AUTH_FILE"] = Path.Combine(Home, "auth.json");

        await RunAsync(environment, "skopeo", "--insecure-policy", "copy", $"oci:{Home}/image", $"docker://{host}/team/app:1");
        var inspected = await RunAsync(environment, "skopeo", "inspect", $"docker://{host}/team/app:1");
        await RunAsync(environment, "skopeo", "--insecure-policy", "copy", $"docker://{host}/team/app:1", $"oci:{Home}/copied");

        Assert.That(inspected, Does.Contain($"\"Name\": \"{host}/team/app\""));
        Assert.That(TokenRequests, Has.Count.EqualTo(1), "three processes, one call");
    }

    [TestCaseSource(nameof(PrivateHosts))]
    public async Task Skopeo_finds_the_helper_in_the_Docker_configuration(string host)
    {
        await using var registry = await RealRegistry.StartAsync(Emulator, host, Home);
        TinyImage.Write(Path.Combine(Home, "image"));
        Directory.CreateDirectory(Path.Combine(Home, ".docker"));
        var environment = WriteHelper(".docker/config.json", HelperFor(host, "ecr"));

        await RunAsync(environment, "skopeo", "--insecure-policy", "copy", $"oci:{Home}/image", $"docker://{host}/team/app:1");
    }

    [TestCaseSource(nameof(Hosts))]
    public async Task Without_the_helper_the_registry_denies_access(string host)
    {
        await using var registry = await RealRegistry.StartAsync(Emulator, host, Home);
        TinyImage.Write(Path.Combine(Home, "image"));

        var result = await TryAsync(WriteHelper("unused", ""), "skopeo", "--insecure-policy", "copy", $"oci:{Home}/image", $"docker://{host}/team/app:1");

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.StandardError, Does.Contain("authentication required"));
        Assert.That(TokenRequests, Is.Empty);
    }

    [TestCaseSource(nameof(PrivateHosts))]
    public async Task Skopeo_shows_why_there_is_no_password(string host)
    {
        Emulator.Faults.Always(Fault.AccessDenied, AwsService.Ecr);
        var environment = WriteHelper("auth.json", HelperFor(host));
        environment["REGISTRY_AUTH_FILE"] = Path.Combine(Home, "auth.json");

        var result = await TryAsync(environment, "skopeo", "inspect", $"docker://{host}/team/app:1");

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.StandardError, Does.Contain("AWS denied access"));
    }

    [TestCaseSource(nameof(PrivateHosts))]
    public async Task A_login_with_the_printed_password_succeeds(string host)
    {
        await using var registry = await RealRegistry.StartAsync(Emulator, host, Home);
        var environment = WriteHelper("unused", "");

        await RunAsync(
            environment, "sh", "-c", $"\"$0\" login-password {host} | skopeo login --authfile {Home}/auth.json --username AWS --password-stdin {host}",
                ShimProgram.Path);

        Assert.That(await File.ReadAllTextAsync(Path.Combine(Home, "auth.json")), Does.Contain($"\"{host}\""));
    }

    [TestCaseSource(nameof(Hosts))]
    public async Task Podman_pulls(string host)
    {
        await using var registry = await RealRegistry.StartAsync(Emulator, host, Home);
        TinyImage.Write(Path.Combine(Home, "image"));
        var environment = WriteHelper("auth.json", HelperFor(host));
        environment["REGISTRY_AUTH_FILE"] = Path.Combine(Home, "auth.json");
        await RunAsync(environment, "skopeo", "--insecure-policy", "copy", $"oci:{Home}/image", $"docker://{host}/team/app:1");

        // podman removes the files in its storage itself.
        string[] podman = ["podman", "--storage-driver=vfs", $"--root={Home}/podman", $"--runroot={Home}/podman-run", "--events-backend=none"];
        await RunAsync(environment, [.. podman, "pull", "--quiet", $"{host}/team/app:1"]);
        var images = await RunAsync(environment, [.. podman, "images", "--format={{.Repository}}:{{.Tag}}"]);
        await RunAsync(environment, [.. podman, "rmi", "--all"]);

        Assert.That(images, Does.Contain($"{host}/team/app:1"));
        Assert.That(TokenRequests, Has.Count.EqualTo(1));
    }

    [TestCaseSource(nameof(PrivateHosts))]
    public async Task The_NET_SDK_publishes_a_container(string host)
    {
        await using var registry = await RealRegistry.StartAsync(Emulator, host, Home);
        TinyImage.Write(Path.Combine(Home, "image"));
        Directory.CreateDirectory(Path.Combine(Home, ".docker"));
        var environment = WriteHelper(".docker/config.json", HelperFor(host));
        await RunAsync(environment, "skopeo", "--insecure-policy", "copy", $"oci:{Home}/image", $"docker://{host}/base:1");
        Directory.CreateDirectory(Path.Combine(Home, "app"));
        WriteFile(
            "app/app.csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
                <ContainerBaseImage>{host}/base:1</ContainerBaseImage>
                <ContainerRegistry>{host}</ContainerRegistry>
                <ContainerRepository>team/app</ContainerRepository>
                <ContainerImageTag>1</ContainerImageTag>
              </PropertyGroup>
            </Project>
            """);
        WriteFile("app/Program.cs", "return;");
        WriteFile("app/nuget.config", "<configuration><packageSources><clear /></packageSources></configuration>");
        environment["PATH"] += $":{environment["DOTNET_ROOT"]}";
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = environment["DOTNET_NOLOGO"] = "1";
        environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";

        await RunAsync(environment, "dotnet", "publish", $"{Home}/app", "--os", "linux", "--arch", "x64", "-t:PublishContainer", "-nodereuse:false");

        Assert.That(await RunAsync(environment, "skopeo", "inspect", $"docker://{host}/team/app:1"), Does.Contain($"\"Name\": \"{host}/team/app\""));
    }

    // Without a daemon this is the only docker command that contacts a registry.
    [TestCaseSource(nameof(DockerConfigurations))]
    [Requires(Requirement.Docker)]
    public async Task Docker_reads_from_the_registry(string configuration)
    {
        await using var registry = await RealRegistry.StartAsync(Emulator, PrivateHost, Home);
        TinyImage.Write(Path.Combine(Home, "image"));
        var environment = WriteHelper("auth.json", HelperFor(PrivateHost));
        environment["REGISTRY_AUTH_FILE"] = Path.Combine(Home, "auth.json");
        await RunAsync(environment, "skopeo", "--insecure-policy", "copy", "--format=v2s2", $"oci:{Home}/image", $"docker://{PrivateHost}/team/app:1");
        Directory.CreateDirectory(Path.Combine(Home, ".docker"));
        WriteFile(".docker/config.json", configuration);

        var manifest = await RunAsync(environment, Docker!, "manifest", "inspect", $"{PrivateHost}/team/app:1");

        Assert.That(manifest, Does.Contain("\"schemaVersion\": 2"));
        Assert.That(TokenRequests, Has.Count.EqualTo(1));
    }

    protected override AwsEmulatorOptions Options() => new()
    {
        // bcrypt uses only the first 72 characters of a password; this one is shorter.
        Token = "a-password-shorter-than-the-limit-of-bcrypt",
    };

    private static string HelperFor(string host, string helper = "ecr-login") => $$"""{ "credHelpers": { "{{host}}": "{{helper}}" } }""";

    // Creates the links under which clients look for helpers, and a configuration file that selects one.
    private Dictionary<string, string> WriteHelper(string file, string configuration)
    {
        var programs = Directory.CreateDirectory(Path.Combine(Home, "bin"));
        foreach (var name in (string[])["docker-credential-ecr-login", "docker-credential-ecr"])
        {
            File.CreateSymbolicLink(Path.Combine(programs.FullName, name), Path.GetFullPath(ShimProgram.Path));
        }

        WriteFile(file, configuration);
        var environment = Complete(Emulator.ProxyEnvironment());
        environment["PATH"] = $"{programs.FullName}:/usr/bin:/bin:/usr/sbin:/sbin";
        return environment;
    }

    private static Task<PluginResult> TryAsync(Dictionary<string, string> environment, params string[] command) =>
        PluginProcess.RunAsync("/usr/bin/env", command, environment, ReadOnlyMemory<byte>.Empty);

    private static async Task<string> RunAsync(Dictionary<string, string> environment, params string[] command)
    {
        var result = await TryAsync(environment, command);
        var output = Encoding.UTF8.GetString(result.StandardOutput.Span);
        Assert.That(result.ExitCode, Is.Zero, $"{string.Join(' ', command)}\n{output}\n{result.StandardError}");
        return output;
    }
}

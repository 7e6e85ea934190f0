using System.Text;

namespace Ecr.Credentials.Shim.Tests.Clients;

/// <summary>
/// Real clients push to and pull from a real registry with the executable as their credential helper, if the variables <c>DOCKER_REGISTRY</c>,
/// <c>ECR_CREDENTIAL_PROVIDER</c> and, for docker itself, <c>DOCKER</c> name programs. They reach the registry and AWS under their real
/// names, through the emulator's proxy.
/// </summary>
[Requires(Requirement.Registry)]
[Requires(Requirement.NativeExecutable)]
public sealed class ClientTests : ShimFixture
{
    private const string PrivateHost = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string PublicHost = "public.ecr.aws";

    private static readonly string[] Hosts = [PrivateHost, PublicHost];

    private static readonly string? Docker = Environment.GetEnvironmentVariable("DOCKER");

    private static readonly string[] DockersConfigurations =
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
        Assert.That(TokenRequests, Has.Count.EqualTo(1), "three processes must share one call");
    }

    [TestCaseSource(nameof(PrivateHosts))]
    public async Task Skopeo_uses_the_helper_from_dockers_configuration(string host)
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
    public async Task Skopeo_shows_the_helpers_error(string host)
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

        // podman's storage is owned by other user IDs; only podman can remove it.
        string[] podman = ["podman", "--storage-driver=vfs", $"--root={Home}/podman", $"--runroot={Home}/podman-run", "--events-backend=none"];
        await RunAsync(environment, [.. podman, "pull", "--quiet", $"{host}/team/app:1"]);
        var images = await RunAsync(environment, [.. podman, "images", "--format={{.Repository}}:{{.Tag}}"]);
        await RunAsync(environment, [.. podman, "rmi", "--all"]);

        Assert.That(images, Does.Contain($"{host}/team/app:1"));
        Assert.That(TokenRequests, Has.Count.EqualTo(1));
    }

    [TestCaseSource(nameof(PrivateHosts))]
    public async Task The_dotnet_SDK_publishes_a_container(string host)
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

    // Without a daemon, this is all that docker can request from a registry.
    [TestCaseSource(nameof(DockersConfigurations))]
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
        // bcrypt ignores everything after 72 bytes; this password is shorter.
        Token = "a-password-that-is-short-enough-for-all-of-it-to-count",
    };

    private static string HelperFor(string host, string helper = "ecr-login") => $$"""{ "credHelpers": { "{{host}}": "{{helper}}" } }""";

    // Creates the links that clients look for, and the configuration that selects them.
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

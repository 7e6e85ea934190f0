using System.Text;

namespace Ecr.Credentials.Shim.Tests.Clients;

/// <summary>The image of a release runs under podman, if <c>ECR_CREDENTIAL_PROVIDER_RELEASE</c> names the output of <c>shim/release/build</c>.</summary>
[Requires(Requirement.Image)]
public sealed class ImageTests : ShimFixture
{
    private const string Name = "localhost/ecr-credential-provider";
    private const string Executable = "/usr/local/bin/ecr-credential-provider";
    private const string Bundle = "/etc/ssl/certs/ca-certificates.crt";

    // crun refuses a machine that has both versions of control groups; a container without limits needs neither.
    private const string Enter = """
        mount -t tmpfs none /sys/fs/cgroup
        exec "$@"
        """;

    private static string Release => Environment.GetEnvironmentVariable("ECR_CREDENTIAL_PROVIDER_RELEASE")!;

    private string[] Podman =>
        ["podman", "--storage-driver=vfs", $"--root={Home}/podman", $"--runroot={Home}/podman-run", "--events-backend=none", "--cgroup-manager=cgroupfs"];

    [SetUp]
    public async Task Pull()
    {
        await PodmanAsync("pull", "--quiet", $"oci-archive:{Path.GetFullPath(Release)}/ecr-credential-provider-image.tar");
        var images = await PodmanAsync("images", "--format={{.Repository}}:{{.Tag}}");
        await PodmanAsync("tag", images.Trim(), Name);
    }

    [TearDown]
    public async Task Remove() => await PodmanAsync("rmi", "--all", "--force");

    [Test]
    public async Task It_is_a_kubelet_plugin() => AssertAnswer(await StartAsync(Request(), Emulator.Environment(), [Name]));

    [TestCase("--entrypoint=docker-credential-ecr-login", Name, "get")]
    [TestCase("--read-only", Name, "docker", "get")]
    public async Task It_is_a_Docker_credential_helper(params string[] arguments)
    {
        var result = await StartAsync("123456789012.dkr.ecr.eu-west-1.amazonaws.com\n", Emulator.Environment(), arguments);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.Contain($"\"Secret\":\"{Emulator.Token}\""));
    }

    [Test]
    public async Task Its_own_CA_certificates_are_used()
    {
        var environment = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ENDPOINT_URL"] = Emulator.HttpsAddress.AbsoluteUri };

        AssertFailure(await StartAsync(Request(), environment, [Name]), 1, "the certificate is not trusted");
        AssertAnswer(await StartAsync(Request(), environment, [$"--volume={WriteFile("ca.pem", Emulator.CertificateAuthorityPem)}:{Bundle}:ro", Name]));
    }

    [Test]
    public async Task Passwords_are_cached_in_its_users_home_directory()
    {
        var cached = await StartAsync("public.ecr.aws\n", Emulator.Environment(), [Name, "docker", "get", "-v"]);

        Assert.That(cached.Error, Does.Contain("/home/nonroot/.cache/ecr-credential-provider"));
        Assert.That(cached.Error, Does.Not.Contain("Not caching"));
    }

    [TestCase(Executable)]
    [TestCase("/usr/local/bin/docker-credential-ecr-login")]
    public async Task The_executable_is_copied_into_another_image(string file)
    {
        Directory.CreateDirectory(Path.Combine(Home, "context"));
        WriteFile("context/Containerfile", $"FROM scratch\nCOPY --from={Name} {file} /usr/bin/docker-credential-ecr-login\n");

        await PodmanAsync("build", "--quiet", "--isolation=chroot", "--tag=localhost/other", $"{Home}/context");
        var result = await StartAsync(
            "", new Dictionary<string, string>(), ["--entrypoint=/usr/bin/docker-credential-ecr-login", "localhost/other", "version"]);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.StartWith("ecr-credential-provider (Ecr.Credentials) "));
    }

    [Test]
    public async Task Its_labels_name_version_and_commit()
    {
        var version = await StartAsync("", new Dictionary<string, string>(), [Name, "--version"]);

        const string Label = "org.opencontainers.image";
        var labels = await PodmanAsync(
            "image", "inspect", $$$"""--format={{.User}} {{index .Labels "{{{Label}}}.version"}} {{index .Labels "{{{Label}}}.revision"}}""", Name);

        Assert.That(version.Output, Does.Match($"^ecr-credential-provider {labels.Split(' ')[1]}\ncommit {labels.Split(' ')[2].TrimEnd()}\n"));
        Assert.That(labels, Does.StartWith("65532:65532 "));
    }

    [Test]
    [Requires(Requirement.Nodes)]
    public async Task The_image_for_arm64_is_in_the_same_index()
    {
        var emulation = Path.Combine(Environment.GetEnvironmentVariable("ECR_CREDENTIAL_PROVIDER_NODES")!, "empty-arm64", "qemu-aarch64-static");
        await PodmanAsync("rmi", "--all", "--force");
        await PodmanAsync("pull", "--quiet", "--arch=arm64", $"oci-archive:{Path.GetFullPath(Release)}/ecr-credential-provider-image.tar");
        var image = await PodmanAsync("images", "--quiet");

        var result = await StartAsync(
            "", new Dictionary<string, string>(), [$"--volume={emulation}:/emulation:ro", "--entrypoint=/emulation", image.Trim(), Executable, "--version"]);

        Assert.That(result.Output, Does.Contain("linux-arm64"), result.Error);
    }

    private async Task<ShimResult> StartAsync(string input, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        string[] command =
        [
            .. Podman, "run", "--rm", "--interactive", "--network=host", "--cgroups=disabled", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024",
            .. environment.Select(variable => $"--env={variable.Key}={variable.Value}"), .. arguments,
        ];
        return new ShimResult(await TryAsync(input, command));
    }

    private async Task<string> PodmanAsync(params string[] arguments)
    {
        var result = await TryAsync("", [.. Podman, .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, $"podman {string.Join(' ', arguments)}\n{result.StandardError}");
        return Encoding.UTF8.GetString(result.StandardOutput.Span);
    }

    private Task<PluginResult> TryAsync(string input, string[] command) => PluginProcess.RunAsync(
        "/usr/bin/unshare", ["--mount", "/bin/sh", "-c", Enter, "sh", .. command], ShimProgram.MinimalEnvironment(Home), Encoding.UTF8.GetBytes(input));
}

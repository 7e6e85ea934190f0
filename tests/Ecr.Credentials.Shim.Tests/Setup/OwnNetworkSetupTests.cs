using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ecr.Credentials.Shim.Tests.Clients;

namespace Ecr.Credentials.Shim.Tests.Setup;

/// <summary>
/// A node is set up, broken and mended, with a registry that accepts the password and everything else that a pull meets: name server, AWS, a kubelet that
/// is restarted. In a network namespace of its own, because AWS and the registry have their real names and ports.
/// </summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
[NonParallelizable]
[Requires(Requirement.OwnNetwork)]
[Requires(Requirement.NativeExecutable)]
[Requires(Requirement.Registry)]
public sealed partial class OwnNetworkSetupTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Tagged = $"{Host}/team/app:1";
    private const string RestartMicroK8s = "snap restart microk8s.daemon-kubelite";
    private const string Arguments = "/var/snap/microk8s/current/args/kubelet";
    private const string Plugin = "/var/snap/microk8s/common/bin/ecr-credential-provider";
    private const string Configuration = "/var/snap/microk8s/common/credential-provider-config.yaml";

    private static readonly IPEndPoint NameServerAddress = new(IPAddress.Parse("127.0.0.53"), 53);
    private static readonly IPAddress RegistryAddress = IPAddress.Parse("127.0.0.2");

    private readonly List<IDisposable> _servers = [];
    private readonly List<NameServer> _names = [];
    private readonly List<ConnectionListener> _metadata = [];
    private RealRegistry _registry = null!;

    [SetUp]
    public async Task StartServers()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Home, "registry")).FullName;
        _registry = await RealRegistry.StartAsync(Emulator, Host, directory);
        StartNameServer();
        _servers.Add(Front(IPAddress.Loopback, Emulator.HttpsAddress.Port));
        _servers.Add(Front(RegistryAddress, _registry.Port));
        await PushAsync(Tagged);
    }

    [TearDown]
    public async Task StopServers()
    {
        _metadata.ForEach(server => server.Dispose());
        _servers.ForEach(server => server.Dispose());
        StopNameServer();
        await _registry.DisposeAsync();
    }

    [TestCase("microk8s-1.34", "microk8s", RestartMicroK8s)]
    [TestCase("kubeadm-debian", "kubeadm", "systemctl restart kubelet")]
    public async Task A_node_that_was_set_up_pulls(string tree, string distribution, string restart)
    {
        await using var node = await StartNodeAsync(tree, restart);

        var setup = await SetUpAsync(node, distribution);

        Assert.That((setup.ExitCode, setup.Error), Is.EqualTo((0, "")), setup.Output);
        AssertNoSecret(setup.Output);
        Assert.That(node.Restarts, Has.Count.EqualTo(2));
        Assert.That(setup.Output, Does.Contain("Got a password for").And.Contain("Done: the kubelet was ready after").And.Contain("All is well."));
        await AssertWellAsync(node);
    }

    [Test]
    public async Task What_is_broken_is_found_and_mended_as_told()
    {
        await using var node = await StartNodeAsync("microk8s-1.34", RestartMicroK8s);
        var setup = await SetUpAsync(node, "microk8s");
        Assert.That(setup.ExitCode, Is.Zero, setup.Error);

        foreach (var breakage in Breakages(node))
        {
            await breakage.Break();
            await breakage.Mend(await FindRemedyAsync(node, breakage));
            await AssertWellAsync(node, breakage.Image);
        }
    }

    [Test]
    public async Task A_kubelet_that_does_not_come_back_gets_its_files_back()
    {
        await using var node = await StartNodeAsync("microk8s-1.34", RestartMicroK8s);
        node.Write("/run/kubelet-refuses", "");
        var before = node.Snapshot();

        var setup = await SetUpAsync(node, "microk8s", "--restart-timeout=10s");

        Assert.That(setup.ExitCode, Is.EqualTo(1), setup.Output);
        Assert.That(setup.Error, Does.Contain("was not ready within 10s").And.Contain("everything is as it was before"));
        Assert.That(node.Snapshot(), Is.EqualTo(before));
        Assert.That(node.Restarts, Has.Count.EqualTo(3), "at first, with the new files, and with the old ones");
        Assert.That(await node.RunAsync("doctor"), Has.Property("Output").Contains("kubelite (PID"), "The kubelet runs again.");
    }

    [Test]
    public async Task A_kubelet_is_not_restarted_without_a_password()
    {
        Emulator.Faults.Always(Fault.AccessDenied, AwsService.Ecr);
        await using var node = await StartNodeAsync("microk8s-1.34", RestartMicroK8s);
        var before = node.Snapshot();

        var setup = await SetUpAsync(node, "microk8s");

        Assert.That((setup.ExitCode, node.Restarts.Count), Is.EqualTo((1, 1)), setup.Output);
        Assert.That(setup.Error, Does.Contain("GetAuthorizationToken").And.Contain("nothing is changed"));
        Assert.That(node.Snapshot(), Is.EqualTo(before));
    }

    protected override AwsEmulatorOptions Options() => new()
    {
        // bcrypt ignores everything after 72 bytes; this password is shorter.
        Token = "a-password-that-is-short-enough-for-all-of-it-to-count",
    };

    [GeneratedRegex("run \"([^\"]+)\"|restart the kubelet: (.+)$")]
    private static partial Regex ToldCommand();

    [GeneratedRegex("write \"([^\"]+)\" under")]
    private static partial Regex ToldPattern();

    [GeneratedRegex(@"--image-credential-provider-\S+")]
    private static partial Regex ToldFlag();

    private static Func<Task> Do(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    // As somebody at the terminal copies it from the report.
    private static Task RunToldAsync(StandInNode node, string remedy)
    {
        var command = ToldCommand().Match(remedy);
        Assert.That(command.Success, remedy);
        return node.ShellAsync(command.Groups[1].Success ? command.Groups[1].Value : command.Groups[2].Value);
    }

    private Breakage[] Breakages(StandInNode node)
    {
        var directory = Path.GetDirectoryName(Plugin);
        return
        [
            new("executable", "chmod 755", Do(() => File.SetUnixFileMode(node.Path(Plugin), (UnixFileMode)0b110_100_100)), Told),
            new(
                "executable",
                "mount -o remount,exec",
                () => node.ShellAsync($"mount --bind {directory} {directory} && mount -o remount,bind,noexec {directory}"),
                Told),
            new("configuration", $"mv {Plugin}-linux-amd64 {Plugin}", () => node.ShellAsync($"mv {Plugin} {Plugin}-linux-amd64"), Told),
            new("image", "under matchImages", () => EditAndRestartAsync(".dkr.ecr.*.amazonaws.com\"", ".dkr.ecr.amazonaws.com\""), remedy =>
            {
                node.Edit(Configuration, "*.dkr.ecr.amazonaws.com", ToldPattern().Match(remedy).Groups[1].Value);
                return Told(remedy);
            }),
            new("network", "resolv.conf", Do(StopNameServer), _ => Do(StartNameServer)()),
            new("network", "HTTPS_PROXY", () => SetProxyAsync("http://127.0.0.1:9"), _ => SetProxyAsync("")),
            new(
                "password",
                "allow ecr:GetAuthorizationToken",
                Do(() => Emulator.Faults.Always(Fault.AccessDenied, AwsService.Ecr)),
                _ => Do(Emulator.Faults.Clear)()),
            new(
                "identity",
                "AWS credentials",
                () => EditAndRestartAsync(Emulator.StaticCredentials.AccessKeyId, "AKIAAAAAAAAAAAAAAAAA"),
                _ => EditAndRestartAsync("AKIAAAAAAAAAAAAAAAAA", Emulator.StaticCredentials.AccessKeyId)),
            new("manifest", "push the image", Do(() => { }), _ => PushAsync($"{Host}/team/app:2")) { Image = $"{Host}/team/app:2" },
            new(
                "flags",
                "--image-credential-provider-bin-dir=",
                () => node.ShellAsync($"sed -i /image-credential-provider/d {Arguments} && {RestartMicroK8s}"),
                async remedy =>
                {
                    await File.AppendAllLinesAsync(node.Path(Arguments), ToldFlag().Matches(remedy).Select(flag => flag.Value));
                    await Told(remedy);
                }),
            new(
                "metadata",
                "aws ec2 modify-instance-metadata-options --instance-id ID --http-put-response-hop-limit 2",
                () =>
                {
                    StartMetadata(connection => connection.CopyToAsync(Stream.Null));
                    node.Edit(Configuration, "AWS_EC2_METADATA_DISABLED", "EC2");
                    node.Edit(Configuration, "AWS_SECRET_ACCESS_KEY", "SECRET");
                    return EditAndRestartAsync("AWS_ACCESS_KEY_ID", "KEY");
                },
                _ => Do(() => StartMetadata(connection => ConnectionListener.ForwardAsync(connection, Emulator.Address.Port)))()),
        ];

        Task Told(string remedy) => RunToldAsync(node, remedy);

        Task EditAndRestartAsync(string old, string replacement)
        {
            node.Edit(Configuration, old, replacement);
            return node.ShellAsync(RestartMicroK8s);
        }

        Task SetProxyAsync(string proxy) => node.ShellAsync(
            $"sed -i /HTTPS_PROXY/d /etc/environment && echo HTTPS_PROXY={proxy} >>/etc/environment && {RestartMicroK8s}");
    }

    private async Task<StandInNode> StartNodeAsync(string tree, string service)
    {
        var node = await StandInNode.StartAsync(tree, service);
        node.Write("/root/variables", string.Concat(Variables().Select(variable => $"{variable.Key}={variable.Value}\n")));
        node.Write("/etc/ssl/emulator.pem", Emulator.CertificateAuthorityPem);
        return node;
    }

    private static Task<ShimResult> SetUpAsync(StandInNode node, string distribution, params string[] options) => node.RunAsync(
        ["setup", distribution, "--restart", "--yes", "--image", Tagged, "--env-file", "/root/variables", "--cache-dir", "none", .. options]);

    private static async Task AssertWellAsync(StandInNode node, string image = Tagged)
    {
        var doctor = await node.RunAsync("doctor", image);
        Assert.That((doctor.ExitCode, doctor.Error), Is.EqualTo((0, "")), doctor.Output);
        Assert.That(doctor.Output, Does.EndWith("All is well.\n"));
    }

    private async Task<string> FindRemedyAsync(StandInNode node, Breakage breakage)
    {
        var doctor = await node.RunAsync("doctor", "--json", breakage.Image);
        AssertNoSecret(doctor.Output);
        using var report = JsonDocument.Parse(doctor.Output);
        var failed = report.RootElement.GetProperty("checks").EnumerateArray().First(check => check.GetProperty("result").GetString() == "failed");
        var remedy = failed.GetProperty("remedy").GetString()!;
        Assert.That((failed.GetProperty("id").GetString(), doctor.ExitCode), Is.EqualTo((breakage.Id, 2)), doctor.Output);
        Assert.That(remedy, Does.Contain(breakage.Remedy));
        return remedy;
    }

    private Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment()) { ["AWS_CA_BUNDLE"] = "/etc/ssl/emulator.pem" };
        variables.Remove("HTTPS_PROXY");
        variables.Remove("SSL_CERT_FILE");
        return variables;
    }

    private static ConnectionListener Front(IPAddress address, int port) =>
        new(new IPEndPoint(address, 443), connection => ConnectionListener.ForwardAsync(connection, port));

    // A hop limit that is too low loses the answer, not the connection.
    private void StartMetadata(Func<Stream, Task> serve)
    {
        _metadata.ForEach(server => server.Dispose());
        _metadata.Clear();
        _metadata.Add(new ConnectionListener(new IPEndPoint(IPAddress.Parse("169.254.169.254"), 80), serve));
    }

    private void StartNameServer() => _names.Add(new NameServer(NameServerAddress, name => [name == Host ? RegistryAddress : IPAddress.Loopback]));

    private void StopNameServer()
    {
        _names.ForEach(server => server.Dispose());
        _names.Clear();
    }

    private async Task PushAsync(string image)
    {
        var directory = Path.Combine(Home, "image");
        if (!Directory.Exists(directory))
        {
            TinyImage.Write(directory);
        }

        var environment = Complete(new Dictionary<string, string> { ["SSL_CERT_FILE"] = Emulator.CertificateAuthorityFile });
        var push = await PluginProcess.RunAsync(
            "/usr/bin/skopeo",
            ["--insecure-policy", "copy", "--dest-creds", $"AWS:{Emulator.Token}", $"oci:{directory}", $"docker://{image}"],
            environment,
            ReadOnlyMemory<byte>.Empty);
        Assert.That(push.ExitCode, Is.Zero, push.StandardError);
    }

    /// <summary>What is done to a node, what the doctor says, and what that does.</summary>
    private sealed record Breakage(string Id, string Remedy, Func<Task> Break, Func<string, Task> Mend)
    {
        public string Image { get; init; } = Tagged;
    }
}

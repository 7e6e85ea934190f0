using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Tests.Nodes;

namespace Ecr.Credentials.Shim.Tests.Setup;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class SetupTests : SetupFixture
{
    private const string Configuration = "/var/snap/microk8s/common/credential-provider-config.yaml";
    private const string BinDirectory = "/var/snap/microk8s/common/bin";

    private static string[] Trees => NodeTreeDirectory.Writable;

    [TestCaseSource(nameof(Trees))]
    public async Task A_node_that_was_set_up_gets_a_password_from_ECR(string tree)
    {
        using var node = NodeTreeDirectory.Create(tree);
        var variables = WriteFile("variables", string.Concat(Emulator.Environment().Select(variable => $"{variable.Key}={variable.Value}\n")));

        var setup = await SetUpAsync(node, "--yes", "--env-file", variables, "--cache-dir", "none");

        Assert.That((setup.ExitCode, setup.Error), Is.EqualTo((0, "")));
        AssertNoSecret(setup.Output);
        var paths = (await SetUpAsync(node, "--yes")).Output;
        Assert.That(paths, Does.Contain("Nothing to do."));
        var (configuration, binDirectory) = Places(tree);
        var get = await RunAsync(
            "",
            new Dictionary<string, string>(),
            "kubelet", "get", Image, "--config", node.Path(configuration), "--bin-dir", node.Path(binDirectory), "--show-password");
        Assert.That(get.Output, Does.Contain(Emulator.Token), get.Error);
    }

    [TestCaseSource(nameof(Trees))]
    public async Task A_removal_restores_every_byte(string tree)
    {
        using var node = NodeTreeDirectory.Create(tree);
        var before = node.Snapshot();
        var setup = await SetUpAsync(node, "--yes");
        Assert.That(setup.ExitCode, Is.Zero, setup.Error);
        Assert.That(node.Snapshot(), Is.Not.EqualTo(before));

        var removal = await RemoveAsync(node);

        Assert.That((removal.ExitCode, removal.Error), Is.EqualTo((0, "")));
        Assert.That(node.Snapshot(), Is.EqualTo(before));
    }

    [TestCase("--dry-run", 0, "Nothing is changed (--dry-run).", "")]
    [TestCase("-v", 2, "", "unknown argument \"-v\"; see setup --help")]
    [TestCase("openshift", 2, "", "unknown distribution \"openshift\": expected one of microk8s, k3s, ")]
    [TestCase("--partition=moon", 2, "", "invalid --partition \"moon\": expected one of aws, ")]
    [TestCase("--arg=--verbos", 2, "", "invalid --arg: unknown argument \"--verbos\"")]
    [TestCase("--cache-dir=passwords", 2, "", "invalid --cache-dir \"passwords\": expected an absolute path")]
    [TestCase("--env=AWS_SECRET_ACCESS_KEY", 2, "", "cannot ask for \"AWS_SECRET_ACCESS_KEY\": standard input is not a terminal; use --env-file")]
    [TestCase("--env-file=/nowhere", 2, "", "cannot read \"/nowhere\"")]
    [TestCase("custom", 2, "", "custom requires --config and --bin-dir")]
    [TestCase("--restart", 2, "", "--restart cannot be used with --root")]
    [TestCase("k0s", 2, "", "K0s has no systemd service here; is it installed?")]
    [TestCase("eks", 2, "", "this is not a node of Amazon EKS but MicroK8s 1.28")]
    [TestCase("--service-accounts", 2, "", "tokenAttributes")]
    [TestCase("microk8s", 2, "Continue", "standard input is not a terminal: confirm with --yes")]
    public async Task Without_a_confirmation_nothing_is_changed(string option, int exitCode, string output, string error)
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.28");
        var before = node.Snapshot();

        var result = await SetUpAsync(node, option);

        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Error);
        Assert.That(result.Output, output == "Continue" ? Does.Contain("+++ ").And.Not.Contain("Continue") : Does.Contain(output));
        Assert.That(result.Error, Does.Contain(error));
        Assert.That(node.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public async Task The_executable_installs_itself()
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.28");

        var result = await RunAsync("", "setup", "--root", node.Root, "--yes");

        if (!ShimProgram.IsNamed)
        {
            AssertFailure(result, 2, "this build consists of several files; name the native executable with --executable");
            return;
        }

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(
            await File.ReadAllBytesAsync(node.Path($"{BinDirectory}/ecr-credential-provider")),
            Is.EqualTo(await File.ReadAllBytesAsync(ShimProgram.Path)));
    }

    [Test]
    public async Task Arguments_that_the_plugin_does_not_know_are_found_in_an_existing_configuration()
    {
        using var node = NodeTreeDirectory.Create("microk8s-1.28");
        node.Write(
            Configuration,
            """
            apiVersion: kubelet.config.k8s.io/v1
            kind: CredentialProviderConfig
            providers:
            - name: ecr-credential-provider
              matchImages: ["*.dkr.ecr.*.amazonaws.com"]
              defaultCacheDuration: 12h
              apiVersion: credentialprovider.kubelet.k8s.io/v1
              args: [--v=5]

            """);

        AssertFailure(await SetUpAsync(node, "--yes"), 2, "has an argument that is not valid here: unknown argument \"--v\"");
    }

    [Test]
    public async Task A_secret_on_the_command_line_is_not_shown_and_warned_of()
    {
        using var node = NodeTreeDirectory.Create("k3s");

        var result = await SetUpAsync(node, "--yes", "--env", $"AWS_SECRET_ACCESS_KEY={Emulator.StaticCredentials.SecretAccessKey}");

        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(result.Error, Does.Contain("other users can see a secret on a command line; use --env NAME or --env-file"));
        AssertNoSecret(result.Output + result.Error);
        Assert.That(node.Read("/var/lib/rancher/credentialprovider/config.yaml"), Does.Contain(Emulator.StaticCredentials.SecretAccessKey));
    }

    [TestCase("talos")]
    [TestCase("bottlerocket")]
    public async Task An_immutable_system_gets_instructions(string tree)
    {
        using var node = NodeTreeDirectory.Create(tree);

        var result = await SetUpAsync(node);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.Contain("*.dkr.ecr.*.amazonaws.com"));
    }

    [Test]
    public async Task Help_explains_every_option()
    {
        var result = await RunAsync("", "setup", "--help");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output.Split('\n'), Has.All.Length.LessThanOrEqualTo(105));
        Assert.That(result.Output, Does.Contain("--env-file FILE").And.Contain("--remove"));
    }

    private static (string Configuration, string BinDirectory) Places(string tree) => tree switch
    {
        "k3s" or "rke2" => ("/var/lib/rancher/credentialprovider/config.yaml", "/var/lib/rancher/credentialprovider/bin"),
        "k3s-agent" => ("/etc/rancher/credentials.yaml", "/opt/plugins"),
        "k0s" => ("/etc/k0s/credential-provider-config.yaml", "/usr/local/lib/kubelet-credential-providers"),
        "eks-al2023" or "eks-hybrid" => ("/etc/eks/image-credential-provider/config.json", "/etc/eks/image-credential-provider"),
        _ when tree.StartsWith("microk8s", StringComparison.Ordinal) => (Configuration, BinDirectory),
        _ => ("/etc/kubernetes/credential-provider-config.yaml", "/usr/local/lib/kubelet-credential-providers"),
    };
}

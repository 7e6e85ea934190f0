using System.Runtime.Versioning;

namespace Ecr.Credentials.Shim.Tests.Kubelet;

/// <summary>The paths of a running kubelet, in a process namespace of its own, whose processes end with the command.</summary>
[Requires(Requirement.PrivilegedLinux)]
public sealed class RunningKubeletTests : KubeletFixture
{
    // Starts the kubelet, waits until it is one, and replaces the shell, the first process of the namespace, with the command.
    private const string Script =
        """
        program=$1 kubelet=$2; shift 2
        if [ "$kubelet" ]; then
            $AS_USER "$kubelet" $KUBELET_ARGUMENTS &
            until [ "$(cat /proc/$!/comm)" = "${kubelet##*/}" ]; do :; done
        fi
        exec "$program" kubelet "$@"
        """;

    [TestCase("kubelet", "--image-credential-provider-config={home}/config.yaml --image-credential-provider-bin-dir={home}/bin")]
    [TestCase("kubelite", "--image-credential-provider-config {home}/config.yaml --image-credential-provider-bin-dir {home}/bin")]
    [TestCase("kubelet", "--v=2 --image-credential-provider-config=/x --image-credential-provider-config=config.yaml --image-credential-provider-bin-dir=bin")]
    public async Task Paths_default_to_those_of_the_running_kubelet(string name, string arguments)
    {
        await AddPluginAsync("plugin", Answer(("*.dkr.ecr.*.amazonaws.com", "u", "p")));
        WriteConfig(Provider("plugin"), Provider("absent", "example.com"));

        var get = await RunWithKubeletAsync(name, arguments, "get", Image);
        var validate = await RunWithKubeletAsync(name, arguments, "validate");

        Assert.That((get.ExitCode, get.Error), Is.EqualTo((0, "")));
        Assert.That(get.Output, Does.Contain("  provider  plugin\n"));
        Assert.That((validate.ExitCode, validate.Error), Is.EqualTo((1, "")));
        Assert.That(validate.Output, Does.StartWith($"{Home}/config.yaml:9:9: warning\n").And.Contain("missing-plugin"));
    }

    [TestCase("", "", "get app", "--config is required: no running kubelet with a credential provider configuration found; see kubelet --help")]
    [TestCase("", "", "get app --config c", "--bin-dir is required: no running kubelet with a credential provider plugin directory found; see kubelet --help")]
    [TestCase("", "", "validate", "FILE is required: no running kubelet with a credential provider configuration found; see kubelet --help")]
    [TestCase("kubelet", "--v=2", "validate", "FILE is required: no running kubelet")]
    [TestCase("other", "--image-credential-provider-config=/x", "validate", "FILE is required: no running kubelet")]
    public async Task Without_such_a_kubelet_paths_are_required(string name, string kubeletArguments, string arguments, string message) =>
        AssertFailure(await RunWithKubeletAsync(name, kubeletArguments, arguments.Split(' ')), 2, message);

    [Test]
    [Platform("Linux")]
    [UnsupportedOSPlatform("windows")]
    public async Task A_process_of_another_user_is_not_trusted()
    {
        // The other user must be able to run the script in it.
        new DirectoryInfo(Home).UnixFileMode |= UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

        var result = await RunWithKubeletAsync(
            "kubelet", "--image-credential-provider-config=/x", ["validate"], "setpriv --reuid=65534 --regid=65534 --clear-groups");

        AssertFailure(result, 2, "FILE is required: no running kubelet");
    }

    private Task<ShimResult> RunWithKubeletAsync(string name, string kubeletArguments, params string[] arguments) =>
        RunWithKubeletAsync(name, kubeletArguments, arguments, asUser: "");

    private async Task<ShimResult> RunWithKubeletAsync(string name, string kubeletArguments, string[] arguments, string asUser)
    {
        if (name.Length > 0 && !File.Exists(Path.Combine(Bin, name)))
        {
            await AddPluginAsync(name, "sleep 600");
        }

        var variables = Complete(new Dictionary<string, string>
        {
            ["AS_USER"] = asUser,
            ["KUBELET_ARGUMENTS"] = kubeletArguments.Replace("{home}", Home, StringComparison.Ordinal),
        });
        return new ShimResult(await PluginProcess.RunAsync(
            "/usr/bin/unshare",
            [
                "--pid", "--fork", "--mount-proc", "--kill-child", "/bin/sh", "-c", Script, "sh",
                ShimProgram.Path, name.Length > 0 ? Path.Combine(Bin, name) : "", .. arguments,
            ],
            variables,
            default,
            directory: Home));
    }
}

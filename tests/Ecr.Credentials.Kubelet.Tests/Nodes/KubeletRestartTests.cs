using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Restarting;
using Ecr.Credentials.Kubelet.Tests.Plugins;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class KubeletRestartTests
{
    private const string Flags = "--image-credential-provider-config=/c\0--image-credential-provider-bin-dir=/b\0";

    // Plays the kubelet: each start is a process of the next number.
    private const string Restart =
        """
        echo "$*" >> "$0.log"
        [ "$1" = daemon-reload ] && exit 0
        cd "$(dirname "$0")/../proc" || exit 3
        last=$(ls | grep -c '^[0-9]'); rm -rf [0-9]*
        mkdir $((last + 100 + $$)); cd $((last + 100 + $$)) || exit 3
        printf '/usr/bin/kubelet\0%b' "$(cat ../flags)" > cmdline
        echo '1 (kubelet) S 1 1 1 0 -1 1 1 0 0 0 1 2 0 0 20 0 1 0 12345 1 1' > stat
        """;

    [Test]
    public async Task A_kubelet_that_is_healthy_after_the_restart_is_back()
    {
        using var health = new HealthCheck(HttpStatusCode.OK);
        using var machine = Machine("systemctl", Restart);
        SetUpProcesses(machine);

        var problem = await RunAsync(machine, health.Address, "kubelet");

        Assert.That(problem, Is.Null);
        Assert.That(
            await File.ReadAllLinesAsync(Path.Combine(machine.Files, "bin/systemctl.log")),
            Is.EqualTo(new[] { "daemon-reload", "restart kubelet.service" }));
    }

    [Test]
    public async Task A_snap_is_restarted_by_snapd()
    {
        using var health = new HealthCheck(HttpStatusCode.OK);
        using var machine = Machine("snap", Restart);
        SetUpProcesses(machine);

        Assert.That(await RunAsync(machine, health.Address, "snap.microk8s.daemon-kubelite"), Is.Null);
        Assert.That(await File.ReadAllLinesAsync(Path.Combine(machine.Files, "bin/snap.log")), Is.EqualTo(new[] { "restart microk8s.daemon-kubelite" }));
    }

    [Test]
    public async Task A_kubelet_without_the_flags_is_a_problem()
    {
        using var health = new HealthCheck(HttpStatusCode.OK);
        using var machine = Machine("systemctl", Restart);
        SetUpProcesses(machine, flags: "--v=2\\0");

        Assert.That(await RunAsync(machine, health.Address, "kubelet"), Does.Contain("runs without the flags"));
    }

    [Test]
    public async Task A_failed_restart_is_a_problem()
    {
        using var machine = Machine("systemctl", "echo 'Unit kubelet.service not found.' >&2; exit 5");

        Assert.That(
            await RunAsync(machine, new Uri("http://127.0.0.1:1/"), "kubelet"),
            Is.EqualTo("systemctl daemon-reload failed with exit code 5: Unit kubelet.service not found."));
    }

    [Test]
    public async Task Without_a_service_manager_nothing_is_restarted()
    {
        using var machine = Machine("other", "");

        Assert.That(await RunAsync(machine, new Uri("http://127.0.0.1:1/"), "kubelet"), Does.StartWith("found neither systemctl nor rc-service in "));
    }

    [Test]
    public async Task A_kubelet_that_is_not_healthy_in_time_is_a_problem()
    {
        using var health = new HealthCheck(HttpStatusCode.InternalServerError);
        using var machine = Machine("systemctl", Restart);
        SetUpProcesses(machine);
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var restarting = RunAsync(machine, health.Address, "kubelet", clock);

        while (!restarting.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.That(await restarting, Is.EqualTo("the kubelet of kubelet was not ready within 60s; its log says why: journalctl -u kubelet"));
    }

    [Test]
    public async Task A_kubelet_that_does_not_come_back_gets_everything_put_back_and_a_second_restart()
    {
        using var node = new SetupNode("kubeadm-fedora");
        using var machine = Machine("systemctl", "echo \"$*\" >> \"$0.log\"; [ \"$1\" = daemon-reload ] || exit 1");
        var before = node.Tree.Snapshot();
        var plan = node.Plan();
        var restarter = Create(machine, new Uri("http://127.0.0.1:1/"), TimeProvider.System);

        var result = await NodeSetup.ApplyAsync(plan, new NodeApplyOptions { Restart = true, Restarter = restarter });

        Assert.That(result.Outcome, Is.EqualTo(NodeSetupOutcome.Failed));
        Assert.That(result.Message, Does.Contain("failed with exit code 1").And.Contain("after everything was put back"));
        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
        Assert.That(await File.ReadAllLinesAsync(Path.Combine(machine.Files, "bin/systemctl.log")), Has.Length.EqualTo(4));
    }

    [Test]
    public async Task A_canceled_restart_puts_everything_back_and_restarts_again()
    {
        using var node = new SetupNode("kubeadm-fedora");
        using var machine = Machine("systemctl", "echo \"$*\" >> \"$0.log\"");
        using var cancellation = new CancellationTokenSource();
        using var health = new HealthCheck(() =>
        {
            var isFirst = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
            return isFirst ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;
        });
        var before = node.Tree.Snapshot();
        var options = new NodeApplyOptions { Restart = true, Restarter = Create(machine, health.Address, TimeProvider.System) };

        Assert.That(async () => await NodeSetup.ApplyAsync(node.Plan(), options, cancellation.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
        Assert.That(await File.ReadAllLinesAsync(Path.Combine(machine.Files, "bin/systemctl.log")), Has.Length.EqualTo(4));
    }

    [Test]
    public async Task A_cancellation_before_the_restart_restarts_nothing()
    {
        using var node = new SetupNode("kubeadm-fedora");
        using var machine = Machine("systemctl", "echo \"$*\" >> \"$0.log\"");
        using var cancellation = new CancellationTokenSource();
        var before = node.Tree.Snapshot();
        var options = new NodeApplyOptions
        {
            Restart = true,
            Restarter = Create(machine, new Uri("http://127.0.0.1:1/"), TimeProvider.System),
            CheckBeforeRestart = async token =>
            {
                await cancellation.CancelAsync();
                token.ThrowIfCancellationRequested();
                return null;
            },
        };

        Assert.That(async () => await NodeSetup.ApplyAsync(node.Plan(), options, cancellation.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
        Assert.That(File.Exists(Path.Combine(machine.Files, "bin/systemctl.log")), Is.False);
    }

    [TestCase("Kubernetes v1.34.1\n", "1.34")]
    [TestCase("k3s version v1.31.4+k3s1 (24fc436e)\ngo version go1.22.9\n", "1.31")]
    [TestCase("", null)]
    [TestCase("kubelet", null)]
    public void A_version_is_read_from_what_the_program_prints(string output, string? expected) =>
        Assert.That(KubeletVersionQuery.Parse(output)?.ToString(), Is.EqualTo(expected));

    private static PluginDirectory Machine(string program, string script)
    {
        var directory = new PluginDirectory();
        directory.Add($"bin/{program}", $"#!/bin/sh\n{script}\n");
        directory.AddDirectory("proc");
        directory.Finish();
        return directory;
    }

    private static void SetUpProcesses(PluginDirectory machine, string? flags = null)
    {
        File.WriteAllText(Path.Combine(machine.Files, "proc/stat"), "btime 1700000000\n");
        File.WriteAllText(Path.Combine(machine.Files, "proc/flags"), flags ?? Flags.Replace("\0", "\\0", StringComparison.Ordinal));
    }

    private static KubeletRestart Create(PluginDirectory machine, Uri health, TimeProvider clock) => new(clock)
    {
        Directories = [Path.Combine(machine.Files, "bin")],
        HealthAddress = health,
        ProcessDirectory = Path.Combine(machine.Files, "proc"),
    };

    private static async Task<string?> RunAsync(PluginDirectory machine, Uri health, string service, TimeProvider? clock = null)
    {
        using var tree = NodeTreeDirectory.Create("kubeadm-debian");
        var layout = NodeLayout.Detect(tree.Root, new NodeLayoutOptions { ConfigurationPath = "/c", BinDirectory = "/b" })!;
        return await Create(machine, health, clock ?? TimeProvider.System)
            .RunAsync(layout, service, isRemoval: false, TimeSpan.FromSeconds(60), CancellationToken.None);
    }

    /// <summary>A health check on loopback.</summary>
    private sealed class HealthCheck : IDisposable
    {
        private readonly HttpListener _listener = new();

        public HealthCheck(HttpStatusCode status)
            : this(() => status)
        {
        }

        public HealthCheck(Func<HttpStatusCode> status)
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/healthz/"));
            }

            _listener.Prefixes.Add(Address.ToString());
            _listener.Start();
            _ = AnswerAsync(status);
        }

        public Uri Address { get; }

        public void Dispose() => _listener.Close();

        private async Task AnswerAsync(Func<HttpStatusCode> status)
        {
            while (_listener.IsListening)
            {
                try
                {
                    var context = await _listener.GetContextAsync();
                    context.Response.StatusCode = (int)status();
                    context.Response.Close();
                }
                catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
                {
                    // The caller does not wait for the answer, or the test has ended.
                }
            }
        }
    }
}

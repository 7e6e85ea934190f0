using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Detection;
using Ecr.Credentials.Kubelet.Nodes.Files;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class NodeLayoutTests
{
    private const string MicroK8sConfiguration = "/var/snap/microk8s/common/credential-provider-config.yaml";
    private const string MicroK8sPlugins = "/var/snap/microk8s/common/bin";
    private const string MicroK8sArguments = "/var/snap/microk8s/current/args/kubelet";
    private const string Kubelite = "snap.microk8s.daemon-kubelite";
    private const string Configuration = "/etc/kubernetes/credential-provider-config.yaml";
    private const string Plugins = "/usr/local/lib/kubelet-credential-providers";
    private const string KubeletDropIn = "/etc/systemd/system/kubelet.service.d/99-ecr-credential-provider.conf";

    private static readonly TestCaseData[] Layouts =
    [
        new("microk8s-1.25", NodeDistribution.MicroK8s, "1.25", MicroK8sConfiguration, MicroK8sPlugins, KubeletFlagPlace.ArgumentsFile,
            MicroK8sArguments, Kubelite),
        new("microk8s-1.28", NodeDistribution.MicroK8s, "1.28", MicroK8sConfiguration, MicroK8sPlugins, KubeletFlagPlace.ArgumentsFile,
            MicroK8sArguments, Kubelite),
        new("microk8s-1.34", NodeDistribution.MicroK8s, "1.34", MicroK8sConfiguration, MicroK8sPlugins, KubeletFlagPlace.ArgumentsFile,
            MicroK8sArguments, Kubelite),
        new("microk8s-1.34-strict", NodeDistribution.MicroK8s, "1.34", MicroK8sConfiguration, MicroK8sPlugins, KubeletFlagPlace.ArgumentsFile,
            MicroK8sArguments, Kubelite),
        new("k3s", NodeDistribution.K3s, null, "/var/lib/rancher/credentialprovider/config.yaml", "/var/lib/rancher/credentialprovider/bin",
            KubeletFlagPlace.DefaultPaths, null, "k3s"),
        new("k3s-agent", NodeDistribution.K3s, null, "/etc/rancher/credentials.yaml", "/opt/plugins", KubeletFlagPlace.RancherDropIn,
            "/etc/rancher/k3s/config.yaml.d/99-ecr-credential-provider.yaml", "k3s-agent"),
        new("rke2", NodeDistribution.Rke2, "1.33", "/var/lib/rancher/credentialprovider/config.yaml", "/var/lib/rancher/credentialprovider/bin",
            KubeletFlagPlace.DefaultPaths, null, "rke2-agent"),
        new("kubeadm-debian", NodeDistribution.Kubeadm, "1.31", Configuration, Plugins, KubeletFlagPlace.EnvironmentFile, "/etc/default/kubelet", "kubelet"),
        new("kubeadm-fedora", NodeDistribution.Kubeadm, "1.32", Configuration, Plugins, KubeletFlagPlace.EnvironmentFile, "/etc/sysconfig/kubelet", "kubelet"),
        new("systemd", NodeDistribution.Systemd, null, Configuration, Plugins, KubeletFlagPlace.UnitDropIn, KubeletDropIn, "kubelet"),
        new("k0s", NodeDistribution.K0s, null, "/etc/k0s/credential-provider-config.yaml", Plugins, KubeletFlagPlace.UnitDropIn,
            "/etc/systemd/system/k0sworker.service.d/99-ecr-credential-provider.conf", "k0sworker"),
        new("eks-al2023", NodeDistribution.EksAl2023, null, "/etc/eks/image-credential-provider/config.json", "/etc/eks/image-credential-provider",
            KubeletFlagPlace.UnitDropIn, KubeletDropIn, "kubelet"),
        new("eks-hybrid", NodeDistribution.EksHybrid, null, "/etc/eks/image-credential-provider/config.json", "/etc/eks/image-credential-provider",
            KubeletFlagPlace.UnitDropIn, KubeletDropIn, "kubelet"),
        new("talos", NodeDistribution.Talos, null, "/etc/kubernetes/kubelet-credentialproviderconfig.yaml", "/usr/local/lib/kubelet/credentialproviders",
            KubeletFlagPlace.None, null, null),
        new("bottlerocket", NodeDistribution.Bottlerocket, "1.33", "/etc/kubernetes/kubelet/credential-provider-config.yaml",
            "/usr/libexec/kubernetes/kubelet/plugins", KubeletFlagPlace.None, null, "kubelet"),
    ];

    [TestCaseSource(nameof(Layouts))]
    public void A_distribution_is_recognized_by_its_files(
        string tree,
        NodeDistribution distribution,
        string? version,
        string configuration,
        string binDirectory,
        KubeletFlagPlace place,
        string? file,
        string? service)
    {
        using var directory = NodeTreeDirectory.Create(tree);

        var layout = NodeLayout.Detect(directory.Root)!;

        Assert.That(layout.Distribution, Is.EqualTo(distribution));
        Assert.That(layout.KubernetesVersion?.ToString(), Is.EqualTo(version));
        Assert.That(layout.ConfigurationPath, Is.EqualTo(configuration));
        Assert.That(layout.BinDirectory, Is.EqualTo(binDirectory));
        Assert.That(layout.FlagPlace, Is.EqualTo(place));
        Assert.That(layout.FlagFile, Is.EqualTo(file));
        Assert.That(layout.Service, Is.EqualTo(service));
        Assert.That(layout.IsStrictlyConfined, Is.EqualTo(tree.EndsWith("strict", StringComparison.Ordinal)));
        Assert.That(layout.OtherDistributions, Is.Empty);
        Assert.That(layout.Process, Is.Null);
    }

    [Test]
    public void Every_tree_has_a_row() => Assert.That(Layouts.Select(row => row.Arguments[0]), Is.EquivalentTo(NodeTreeDirectory.All));

    [TestCase("--image-credential-provider-config=${SNAP_COMMON}/c.yaml", "/var/snap/microk8s/common/c.yaml")]
    [TestCase("  --image-credential-provider-config  \"$SNAP_DATA/c.yaml\"", "/var/snap/microk8s/7449/c.yaml")]
    [TestCase("--image-credential-provider-config='/a'\n#--image-credential-provider-config=/b", "/a")]
    [TestCase("--image-credential-provider-config=/a\n--image-credential-provider-config=/b", "/b")]
    public void Arguments_of_MicroK8s_are_read_with_quotes_removed_and_variables_expanded(string lines, string expected)
    {
        using var directory = NodeTreeDirectory.Create("microk8s-1.28");
        File.AppendAllText(directory.Path("/var/snap/microk8s/7449/args/kubelet"), $"{lines}\n--image-credential-provider-bin-dir=/d\n");

        var layout = NodeLayout.Detect(directory.Root)!;

        Assert.That((layout.ConfigurationPath, layout.BinDirectory), Is.EqualTo((expected, "/d")));
        Assert.That(layout.AreFlagsSet);
        Assert.That(layout.Flags[0].File, Is.EqualTo(MicroK8sArguments));
        Assert.That(layout.Flags[0].Line, Is.EqualTo(16));
    }

    [TestCase("/etc/default/kubelet", "KUBELET_EXTRA_ARGS=\"--image-credential-provider-config=/a --image-credential-provider-bin-dir /b\"")]
    [TestCase(
        "/etc/default/kubelet",
        "# no\nKUBELET_EXTRA_ARGS=--v=2\nKUBELET_EXTRA_ARGS=--image-credential-provider-config=/a\\\n --image-credential-provider-bin-dir=/b")]
    [TestCase("/var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS='--image-credential-provider-config=\"/a\" --image-credential-provider-bin-dir=/b'")]
    [TestCase(
        "/etc/systemd/system/kubelet.service.d/20-x.conf",
        "[Service]\nEnvironment=A=1 \"KUBELET_EXTRA_ARGS=--image-credential-provider-config=/a --image-credential-provider-bin-dir=/b\"")]
    [TestCase(
        "/run/systemd/system/kubelet.service.d/20-x.conf",
        "[Service]\nEnvironment=DIR=/b\nExecStart=\nExecStart=/x --image-credential-provider-config=/a \\\n# why\n --image-credential-provider-bin-dir=${DIR}")]
    public void Flags_of_a_systemd_service_are_found_wherever_they_are(string file, string content)
    {
        using var directory = NodeTreeDirectory.Create("kubeadm-debian");
        directory.Write(file, content);

        var layout = NodeLayout.Detect(directory.Root)!;

        Assert.That((layout.ConfigurationPath, layout.BinDirectory), Is.EqualTo(("/a", "/b")));
        Assert.That(layout.AreFlagsSet);
        Assert.That(layout.Flags.Select(flag => flag.File), Has.Some.EqualTo(file));
    }

    [TestCase("--kubelet-extra-args=\"--image-credential-provider-config=/a --image-credential-provider-bin-dir=/b\"")]
    [TestCase("--kubelet-extra-args --image-credential-provider-config=/a\\x20--image-credential-provider-bin-dir=/b")]
    public void Flags_of_k0s_are_in_one_option(string argument)
    {
        using var directory = NodeTreeDirectory.Create("k0s");
        directory.Write("/etc/systemd/system/k0sworker.service.d/x.conf", $"[Service]\nExecStart=\nExecStart=/usr/local/bin/k0s worker {argument}\n");

        var layout = NodeLayout.Detect(directory.Root)!;

        Assert.That((layout.ConfigurationPath, layout.BinDirectory), Is.EqualTo(("/a", "/b")));
    }

    [Test]
    public void Options_win_over_what_is_detected()
    {
        using var directory = NodeTreeDirectory.Create("microk8s-1.34");
        var options = new NodeLayoutOptions
        {
            Distribution = NodeDistribution.Custom,
            ConfigurationPath = "/a",
            BinDirectory = "/b",
            KubernetesVersion = new KubernetesVersion(1, 30),
        };

        var layout = NodeLayout.Detect(directory.Root, options)!;

        Assert.That(layout.ToString(), Is.EqualTo("Custom 1.30"));
        Assert.That((layout.ConfigurationPath, layout.BinDirectory, layout.FlagPlace), Is.EqualTo(("/a", "/b", KubeletFlagPlace.None)));
    }

    [Test]
    public void A_path_that_is_not_absolute_is_refused() => Assert.That(
        () => NodeLayout.Detect("/", new NodeLayoutOptions { BinDirectory = "bin" }), Throws.ArgumentException.With.Message.Contains("\"bin\""));

    [Test]
    public void A_tree_without_a_kubelet_has_no_layout()
    {
        using var directory = NodeTreeDirectory.Describe("--- /etc/os-release\nID=debian\n");

        Assert.That(NodeLayout.Detect(directory.Root), Is.Null);
    }

    [Test]
    public void Other_distributions_with_files_on_the_node_are_named()
    {
        using var directory = NodeTreeDirectory.Create("kubeadm-debian");
        Directory.CreateDirectory(directory.Path("/etc/rancher/k3s"));

        var layout = NodeLayout.Detect(directory.Root)!;

        Assert.That(layout.Distribution, Is.EqualTo(NodeDistribution.K3s));
        Assert.That(layout.OtherDistributions, Is.EqualTo(new[] { NodeDistribution.Kubeadm }));
    }

    [Test]
    public void What_runs_decides_between_distributions()
    {
        using var directory = NodeTreeDirectory.Create("kubeadm-debian");
        Directory.CreateDirectory(directory.Path("/etc/rancher/k3s"));
        var kubelet = new KubeletProcess(
            7,
            "kubelet",
            "/usr/bin/kubelet",
            ["/usr/bin/kubelet", "--image-credential-provider-config", "/a"],
            default,
            new Dictionary<string, string> { ["A"] = "1" });

        var layout = NodeLayout.DetectIn(new NodeTree(directory.Root), new NodeLayoutOptions(), [kubelet])!;

        Assert.That(layout.Distribution, Is.EqualTo(NodeDistribution.Kubeadm));
        Assert.That(layout.Process, Is.SameAs(kubelet));
        Assert.That(layout.Environment["A"], Is.EqualTo("1"));
        Assert.That(layout.ConfigurationPath, Is.EqualTo("/a"));
        Assert.That(layout.AreFlagsSet, Is.False, "No file has the flag.");
    }

    [Test]
    public void Links_lead_nowhere_outside_the_root()
    {
        using var outside = NodeTreeDirectory.Describe("--- /secret\nsecret\n");
        using var directory = NodeTreeDirectory.Describe(
            $"""
            --- /etc/absolute -> {outside.Root}/secret
            --- /etc/climbing -> ../../../../../../..{outside.Root}/secret
            --- /etc/inside -> /target
            --- /target
            found
            --- /etc/circle -> circle
            """);
        var tree = new NodeTree(directory.Root);

        Assert.That(tree.ReadText("/etc/absolute"), Is.Null);
        Assert.That(tree.ReadText("/etc/climbing"), Is.Null);
        Assert.That(tree.ReadText("/etc/../../etc/inside"), Is.EqualTo("found\n"));
        Assert.That(() => tree.ReadText("/etc/circle"), Throws.InstanceOf<IOException>());
    }

    [TestCase("--config /opt/k3s.yaml", "/opt/k3s.yaml")]
    [TestCase("--config=/opt/k3s.yaml", "/opt/k3s.yaml")]
    [TestCase("-c /opt/k3s.yaml", "/opt/k3s.yaml")]
    [TestCase("", "/etc/rancher/k3s/config.yaml")]
    public void The_configuration_of_k3s_may_be_elsewhere(string option, string file)
    {
        using var directory = NodeTreeDirectory.Describe(
            $"""
            --- /etc/systemd/system/k3s.service
            [Service]
            ExecStart=/usr/local/bin/k3s server {option}
            --- {file}
            kubelet-arg:
            - image-credential-provider-config=/etc/c.yaml
            --- {file}.d/10-more.yaml
            kubelet-arg+:
            - image-credential-provider-bin-dir=/opt/bin
            """);

        var layout = NodeLayout.Detect(directory.Root)!;

        Assert.That((layout.ConfigurationPath, layout.BinDirectory), Is.EqualTo(("/etc/c.yaml", "/opt/bin")));
        Assert.That(layout.FlagFile, Is.EqualTo($"{file}.d/99-ecr-credential-provider.yaml"));
    }

    [Test]
    public void A_parallel_installation_of_MicroK8s_is_found()
    {
        using var directory = NodeTreeDirectory.Describe(
            """
            --- /var/snap/microk8s_edge/current -> 7
            --- /var/snap/microk8s_edge/7/args/kubelet
            --image-credential-provider-config=${SNAP_COMMON}/c.yaml
            --- /snap/microk8s_edge/current/meta/snap.yaml
            version: v1.34.1
            confinement: classic
            """);

        var layout = NodeLayout.Detect(directory.Root)!;

        Assert.That(layout.ToString(), Is.EqualTo("MicroK8s 1.34"));
        Assert.That(layout.Service, Is.EqualTo("snap.microk8s_edge.daemon-kubelite"));
        Assert.That(layout.ConfigurationPath, Is.EqualTo("/var/snap/microk8s_edge/common/c.yaml"));
        Assert.That(layout.BinDirectory, Is.EqualTo("/var/snap/microk8s_edge/common/bin"));
    }

    [Test]
    public void Kubelets_are_found_among_processes()
    {
        using var directory = NodeTreeDirectory.Describe(
            $"""
            --- /stat
            cpu 1 2 3
            btime 1700000000
            --- /811/cmdline
            /usr/bin/kubelet{'\0'}--image-credential-provider-config=/a{'\0'}--v{'\0'}2{'\0'}
            --- /811/stat
            811 (a ) b) S 1 811 811 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 12345 1 1
            --- /811/environ
            PATH=/bin{'\0'}AWS_SECRET_ACCESS_KEY=secret{'\0'}
            --- /811/exe -> /usr/bin/kubelet
            --- /812/cmdline
            /usr/local/bin/k3s{'\0'}kubectl{'\0'}
            --- /813/cmdline
            --- /self/ns/pid -> pid:[1]
            --- /814/cmdline
            /usr/bin/kubelet{'\0'}
            --- /814/ns/pid -> pid:[2]
            """);
        foreach (var file in new[] { "/811/cmdline", "/811/environ" })
        {
            directory.Write(file, directory.Read(file).TrimEnd('\n'));
        }

        var kubelet = ProcessTable.FindKubelets(directory.Root).Single();

        Assert.That(kubelet.ToString(), Is.EqualTo("kubelet (PID 811)"));
        Assert.That(kubelet.Executable, Is.EqualTo("/usr/bin/kubelet"));
        Assert.That(kubelet.GetFlag("image-credential-provider-config"), Is.EqualTo("/a"));
        Assert.That(kubelet.GetFlag("v"), Is.EqualTo("2"));
        Assert.That(kubelet.GetFlag("image-credential-provider-bin-dir"), Is.Null);
        Assert.That(kubelet.StartTime, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(1700000123450)));
        Assert.That(kubelet.Environment, Has.Count.EqualTo(2));
    }
}

using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Records;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class NodeSetupTests
{
    private const string Kubelite = "snap.microk8s.daemon-kubelite";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private static string[] Trees => NodeTreeDirectory.Writable;

    [TestCaseSource(nameof(Trees))]
    public async Task After_a_setup_the_kubelet_gets_a_password_from_the_plugin(string tree)
    {
        using var node = new SetupNode(tree);

        var plan = await node.SetUpAsync();
        var explanation = await node.AskKubeletAsync();

        Assert.That(explanation.Providers.Select(provider => provider.Error), Is.All.Null);
        Assert.That(explanation.Credentials.Single().Password, Is.EqualTo("from-the-plugin"));
        Assert.That(plan.Refusals, Is.Empty);
        Assert.That(plan.ServiceToRestart, tree.StartsWith("eks", StringComparison.Ordinal) ? Is.Null : Is.EqualTo(node.Layout.Service));
    }

    [TestCaseSource(nameof(Trees))]
    public async Task A_second_setup_has_nothing_to_do(string tree)
    {
        using var node = new SetupNode(tree);
        Action<NodeSetupOptions> configure = options =>
        {
            options.Images = ["*.dkr.ecr.*.amazonaws.com"];
            options.Environment = [new("AWS_SECRET_ACCESS_KEY", Secret)];
            options.Arguments = ["--timeout", "20s"];
            options.CacheDirectory = "/run/passwords";
        };
        await node.SetUpAsync(configure);
        var before = node.Tree.Snapshot();

        Assert.That(node.Plan(configure).Changes, Is.Empty);
        Assert.That(node.Plan().Changes, Is.Empty, "What is not named stays.");
        Assert.That((await SetupNode.ApplyAsync(node.Plan())).Outcome, Is.EqualTo(NodeSetupOutcome.NothingToDo));
        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(Trees))]
    public async Task A_removal_restores_every_byte(string tree)
    {
        using var node = new SetupNode(tree);
        var before = node.Tree.Snapshot();
        await node.SetUpAsync();
        await node.SetUpAsync(options => options.Environment = [new("AWS_PROFILE", "nodes")]);
        Assert.That(node.Tree.Snapshot(), Is.Not.EqualTo(before));

        await node.RemoveAsync();

        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
        Assert.That(NodeSetup.PlanRemoval(node.Layout).Warnings, Is.EqualTo(new[] { "nothing was set up on this node" }));
    }

    [TestCase("microk8s-1.28", "${SNAP_COMMON}/credential-provider-config.yaml", "${SNAP_COMMON}/bin")]
    public void The_plan_shows_what_changes(string tree, string configuration, string binDirectory)
    {
        using var node = new SetupNode(tree);

        var plan = node.Plan(options => options.Environment = [new("AWS_SECRET_ACCESS_KEY", Secret)]);

        Assert.That(plan.Diff, Is.EqualTo(
            $"""
            Binary files /dev/null and /var/snap/microk8s/common/bin/ecr-credential-provider differ
            --- /dev/null
            +++ /var/snap/microk8s/common/credential-provider-config.yaml
            @@ -0,0 +1,19 @@
            +# Written by ecr-credential-provider setup, which keeps changes.
            +apiVersion: kubelet.config.k8s.io/v1
            +kind: CredentialProviderConfig
            +providers:
            +- name: ecr-credential-provider
            +  matchImages:
            +  - "*.dkr.ecr.*.amazonaws.com"
            +  - "*.dkr.ecr-fips.*.amazonaws.com"
            +  - "*.dkr-ecr.*.on.aws"
            +  - "*.dkr-ecr-fips.*.on.aws"
            +  - public.ecr.aws
            +  - ecr-public.aws.com
            +  defaultCacheDuration: 6h0m0s
            +  apiVersion: credentialprovider.kubelet.k8s.io/v1
            +  args:
            +  - "--cache-dir=/run/ecr-credential-provider"
            +  env:
            +  - name: AWS_SECRET_ACCESS_KEY
            +    value: "***"
            --- /var/snap/microk8s/current/args/kubelet
            +++ /var/snap/microk8s/current/args/kubelet
            @@ -13,3 +13,5 @@
             --cluster-domain=cluster.local
             # The address of CoreDNS.
             --cluster-dns=10.152.183.10
            +--image-credential-provider-config={configuration}
            +--image-credential-provider-bin-dir={binDirectory}

            """));
        Assert.That(node.Tree.Snapshot().Keys, Has.None.Contain("ecr-"), "Nothing is changed.");
    }

    [TestCase("kubeadm-fedora", "/etc/sysconfig/kubelet",
        """
        # Extra arguments, kept by updates.
        KUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 --node-labels='zone=a' FLAGS"

        """)]
    [TestCase("systemd", "/etc/systemd/system/kubelet.service.d/99-ecr-credential-provider.conf",
        """
        # Written by ecr-credential-provider setup; "setup --remove" deletes this file.
        [Service]
        ExecStart=
        ExecStart=/usr/local/bin/kubelet --config=/var/lib/kubelet/config.yaml --kubeconfig=/var/lib/kubelet/kubeconfig --node-labels="a=b,c=d e" --v=2 FLAGS

        """)]
    [TestCase("k0s", "/etc/systemd/system/k0sworker.service.d/99-ecr-credential-provider.conf",
        """
        # Written by ecr-credential-provider setup; "setup --remove" deletes this file.
        [Service]
        ExecStart=
        ExecStart=/usr/local/bin/k0s worker --token-file=/etc/k0s.jt --kubelet-extra-args=--max-pods=9\x20--v=2 "--kubelet-extra-args=--max-pods=9 --v=2 FLAGS"

        """)]
    public async Task Flags_are_added_to_those_that_are_there(string tree, string file, string expected)
    {
        using var node = new SetupNode(tree);

        await node.SetUpAsync();

        var flags = $"--image-credential-provider-config={node.Layout.ConfigurationPath} --image-credential-provider-bin-dir={node.Layout.BinDirectory}";
        Assert.That(node.Tree.Read(file), Is.EqualTo(expected.Replace("FLAGS", flags, StringComparison.Ordinal)));
    }

    [Test]
    public async Task Secrets_are_in_a_private_file_and_in_no_text()
    {
        using var node = new SetupNode("eks-hybrid");

        var plan = await node.SetUpAsync(options => options.Environment = [new("AWS_SECRET_ACCESS_KEY", Secret), new("SHORT", "pin1234")]);

        const string Configuration = "/etc/eks/image-credential-provider/config.json";
        Assert.That(node.Tree.Read(Configuration), Does.Contain(Secret).And.Contain("pin1234").And.Contain("\"AWS_PROFILE\""));
        Assert.That(File.GetUnixFileMode(node.Tree.Path(Configuration)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(
            plan.Diff + string.Join('\n', plan.Warnings) + string.Join('\n', plan.Changes),
            Does.Not.Contain(Secret).And.Not.Contain("pin1234").And.Contains("old mode 0644\nnew mode 0600\n"));
        Assert.That(node.Tree.Read(SetupRecord.Path), Does.Not.Contain(Secret).And.Not.Contain("pin1234"));
    }

    [Test]
    public async Task A_changed_secret_is_a_change_that_is_not_shown()
    {
        using var node = new SetupNode("k3s");
        await node.SetUpAsync(options => options.Environment = [new("AWS_SECRET_ACCESS_KEY", Secret)]);

        var plan = node.Plan(options => options.Environment = [new("AWS_SECRET_ACCESS_KEY", Secret.Replace('w', 'x'))]);

        Assert.That(plan.Changes, Has.Count.EqualTo(1));
        Assert.That(plan.Diff, Does.Contain("they are not shown").And.Not.Contain("JalrX"));
    }

    [Test]
    public async Task Other_providers_and_comments_stay()
    {
        using var node = new SetupNode("k3s-agent");
        var before = node.Tree.Read("/etc/rancher/credentials.yaml");

        await node.SetUpAsync();

        Assert.That(node.Tree.Read("/etc/rancher/credentials.yaml"), Does.StartWith(before).And.Contain("name: ecr-credential-provider"));
    }

    [Test]
    public async Task What_others_change_after_a_setup_stays_after_a_removal()
    {
        using var node = new SetupNode("kubeadm-fedora");
        await node.SetUpAsync();
        node.Tree.Edit("/etc/sysconfig/kubelet", text => text.Replace("--node-ip=10.0.0.7", "--node-ip=10.0.0.8", StringComparison.Ordinal) + "# new\n");

        await node.RemoveAsync();

        Assert.That(
            node.Tree.Read("/etc/sysconfig/kubelet"),
            Is.EqualTo("# Extra arguments, kept by updates.\nKUBELET_EXTRA_ARGS=\"--node-ip=10.0.0.8 --node-labels='zone=a'\"\n# new\n"));
        Assert.That(node.Tree.Snapshot().Keys, Has.None.Contain("ecr-"));
    }

    [Test]
    public async Task A_provider_that_was_added_after_a_setup_keeps_the_flags()
    {
        using var node = new SetupNode("microk8s-1.34");
        await node.SetUpAsync();
        const string Configuration = "/var/snap/microk8s/common/credential-provider-config.yaml";
        var other = new CredentialProvider
        {
            Name = "acr",
            MatchImages = ["*.azurecr.io"],
            DefaultCacheDuration = TimeSpan.Zero,
            ApiVersion = "credentialprovider.kubelet.k8s.io/v1",
        };
        node.Tree.Edit(Configuration, text => CredentialProviderConfigEditor.Set(text, other));

        var plan = await node.RemoveAsync();

        Assert.That(plan.Warnings, Has.One.Contains("the flags stay"));
        Assert.That(node.Tree.Read(Configuration), Does.Contain("name: acr").And.Not.Contain("ecr-credential-provider\n"));
        Assert.That(node.Layout.AreFlagsSet);
    }

    [Test]
    public async Task An_executable_that_was_replaced_since_stays()
    {
        using var node = new SetupNode("microk8s-1.34");
        await node.SetUpAsync();
        node.Tree.Write("/var/snap/microk8s/common/bin/ecr-credential-provider", "another");

        var plan = await node.RemoveAsync();

        Assert.That(plan.Warnings, Has.One.Contains("stays"));
        Assert.That(node.Tree.Read("/var/snap/microk8s/common/bin/ecr-credential-provider"), Is.EqualTo("another"));
    }

    [Test]
    public async Task Owner_mode_and_link_of_a_file_stay()
    {
        using var node = new SetupNode("kubeadm-fedora");
        var target = node.Tree.Path("/etc/sysconfig/kubelet.real");
        File.Move(node.Tree.Path("/etc/sysconfig/kubelet"), target);
        File.CreateSymbolicLink(node.Tree.Path("/etc/sysconfig/kubelet"), "/etc/sysconfig/kubelet.real");
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        // Only root can give a file away; everybody else owns it already.
        _ = NodeLibC.ChangeOwner(Encoding.UTF8.GetBytes(target + '\0'), 1234, 1235);
        var (owner, group) = (NodeFileStatus.Of(target)!.Value.Owner, NodeFileStatus.Of(target)!.Value.Group);

        await node.SetUpAsync();

        Assert.That((NodeFileStatus.Of(target)!.Value.Owner, NodeFileStatus.Of(target)!.Value.Group), Is.EqualTo((owner, group)));
        Assert.That((owner, group), Environment.IsPrivilegedProcess ? Is.EqualTo((1234, 1235)) : Is.Not.EqualTo((0, 0)));

        Assert.That(File.GetUnixFileMode(target), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
        Assert.That(new FileInfo(node.Tree.Path("/etc/sysconfig/kubelet")).LinkTarget, Is.EqualTo("/etc/sysconfig/kubelet.real"));
        Assert.That(node.Tree.Read("/etc/sysconfig/kubelet.real"), Does.Contain("image-credential-provider"));
    }

    private static readonly TestCaseData[] Refused =
    [
        new("microk8s-1.25", "/var/snap/microk8s/common/credential-provider-config.yaml",
            "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders: []\n", "1.26"),
        new("microk8s-1.25", "/var/snap/microk8s/common/credential-provider-config.yaml",
            """
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: CredentialProviderConfig
            providers:
            - name: ecr-credential-provider
              matchImages: [a.io]
              defaultCacheDuration: 0s
              apiVersion: credentialprovider.kubelet.k8s.io/v1

            """, "Kubernetes 1.25 does not know the apiVersion \"credentialprovider.kubelet.k8s.io/v1\""),
        new("microk8s-1.28", "/var/snap/microk8s/common/credential-provider-config.yaml", "kind: [", "invalid YAML"),
        new("microk8s-1.28", "/var/snap/microk8s/common/credential-provider-config.yaml",
            """
            apiVersion: kubelet.config.k8s.io/v1
            kind: CredentialProviderConfig
            providers:
            - name: gone
              matchImages: [a.io]
              defaultCacheDuration: 0s
              apiVersion: credentialprovider.kubelet.k8s.io/v1

            """, "no executable \"/var/snap/microk8s/common/bin/gone\""),
        new("kubeadm-debian", "/etc/rancher/k3s/config.yaml", "", "found K3s and Kubeadm; name the one"),
    ];

    [TestCaseSource(nameof(Refused))]
    public async Task What_the_kubelet_would_refuse_is_not_written(string tree, string path, string content, string reason)
    {
        using var node = new SetupNode(tree);
        node.Tree.Write(path, content);
        var before = node.Tree.Snapshot();

        var plan = node.Plan();

        Assert.That(plan.Refusals, Has.Some.Contains(reason));
        Assert.That(plan.Changes, Is.Empty);
        Assert.That((await SetupNode.ApplyAsync(plan)).Outcome, Is.EqualTo(NodeSetupOutcome.Refused));
        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public void Flags_without_an_effect_are_not_written()
    {
        using var node = new SetupNode("kubeadm-debian");
        const string DropIn = "/etc/systemd/system/kubelet.service.d/99-z.conf";
        node.Tree.Write(DropIn, "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS --image-credential-provider-config=/a\n");
        var layout = NodeLayout.Detect(node.Root, new NodeLayoutOptions { ConfigurationPath = "/etc/b.yaml" })!;

        var plan = NodeSetup.Plan(layout, new NodeSetupOptions { ExecutablePath = "/bin/sh" });

        Assert.That(plan.Refusals, Is.EqualTo(new[]
        {
            $"the flags would have no effect, because \"{DropIn}\" (line 3) sets --image-credential-provider-config; remove it there",
        }));
    }

    [TestCase("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com", "images have no scheme")]
    [TestCase("*.dkr.ecr.amazonaws.com", "matches no registry of Amazon ECR")]
    [TestCase("*.dkr.ecr.*.amazonaws.com/*", "is not a wildcard in a path")]
    public void A_pattern_that_matches_nothing_is_warned_of(string pattern, string warning)
    {
        using var node = new SetupNode("microk8s-1.34");

        Assert.That(node.Plan(options => options.Images = [pattern]).Warnings, Has.Some.Contains(warning));
        Assert.That(node.Plan().Warnings, Is.Empty);
    }

    [Test]
    public async Task Service_accounts_are_refused_before_Kubernetes_1_34()
    {
        using var node = new SetupNode("microk8s-1.34");
        using var older = new SetupNode("microk8s-1.28");

        Assert.That(older.Plan(options => options.UsesServiceAccounts = true).Refusals, Has.Some.Contains("tokenAttributes"));
        await node.SetUpAsync(options => options.UsesServiceAccounts = true);

        Assert.That(
            node.Tree.Read("/var/snap/microk8s/common/credential-provider-config.yaml"),
            Does.Contain("serviceAccountTokenAudience: sts.amazonaws.com").And.Contain("cacheType: ServiceAccount").And.Contain("eks.amazonaws.com/role-arn"));
    }

    [Test]
    public async Task A_configuration_can_be_a_directory()
    {
        using var node = new SetupNode("microk8s-1.34");
        node.Tree.Write("/etc/providers/10-gcr.yaml", "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n");
        node.Tree.Edit("/var/snap/microk8s/8462/args/kubelet", text => text + "--image-credential-provider-config=/etc/providers\n");
        var before = node.Tree.Snapshot();

        await node.SetUpAsync();

        Assert.That(node.Tree.Read("/etc/providers/ecr-credential-provider.yaml"), Does.Contain("name: ecr-credential-provider"));
        Assert.That((await node.AskKubeletAsync()).Credentials, Has.Count.EqualTo(1));
        await node.RemoveAsync();
        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_file_that_changed_since_the_plan_is_not_overwritten()
    {
        using var node = new SetupNode("microk8s-1.34");
        var plan = node.Plan();
        node.Tree.Edit("/var/snap/microk8s/8462/args/kubelet", text => text + "--v=9\n");
        var before = node.Tree.Snapshot();

        var result = await SetupNode.ApplyAsync(plan);

        Assert.That((result.Outcome, result.Message), Is.EqualTo(
            (NodeSetupOutcome.Refused, "\"/var/snap/microk8s/current/args/kubelet\" has changed since the plan was made; try again")));
        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
    }

    [TestCase("talos", "  kubelet:\n    credentialProviderConfig:\n      apiVersion: kubelet.config.k8s.io/v1\n")]
    [TestCase("bottlerocket", "[settings.kubernetes.credential-providers.ecr-credential-provider]\nenabled = true\ncache-duration = \"6h0m0s\"\n")]
    public async Task An_immutable_system_gets_instructions(string tree, string expected)
    {
        using var node = new SetupNode(tree);
        var before = node.Tree.Snapshot();

        var plan = node.Plan(options => options.Environment = [new("AWS_SECRET_ACCESS_KEY", Secret)]);

        Assert.That(plan.Instructions, Does.Contain(expected).And.Contain("AWS_SECRET_ACCESS_KEY").And.Not.Contain(Secret));
        Assert.That((await SetupNode.ApplyAsync(plan)).Outcome, Is.EqualTo(NodeSetupOutcome.Refused));
        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
    }

    [TestCase(-10, null)]
    [TestCase(10, Kubelite)]
    public async Task A_kubelet_that_runs_since_before_an_earlier_setup_is_restarted(int secondsAfterStart, string? expected)
    {
        using var node = new SetupNode("microk8s-1.34");
        await node.SetUpAsync();
        var written = File.GetLastWriteTimeUtc(node.Tree.Path("/var/snap/microk8s/8462/args/kubelet"));
        var kubelite = new KubeletProcess(7, "kubelite", null, ["kubelite"], written.AddSeconds(-secondsAfterStart), null);
        var layout = NodeLayout.DetectIn(new NodeTree(node.Root), new NodeLayoutOptions(), [kubelite])!;

        var plan = NodeSetup.Plan(layout, new NodeSetupOptions());

        Assert.That(plan.Changes, Is.Empty);
        Assert.That(plan.ServiceToRestart, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_check_that_fails_before_the_restart_puts_everything_back()
    {
        using var node = new SetupNode("microk8s-1.34");
        var before = node.Tree.Snapshot();

        var result = await NodeSetup.ApplyAsync(node.Plan(), new NodeApplyOptions { CheckBeforeRestart = _ => Task.FromResult<string?>("no password") });

        Assert.That((result.Outcome, result.Message), Is.EqualTo((NodeSetupOutcome.RolledBack, "no password")));
        Assert.That(node.Tree.Snapshot(), Is.EqualTo(before));
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis;
using Ecr.Credentials.Kubelet.Tests.Nodes;

namespace Ecr.Credentials.Kubelet.Tests.Diagnosis;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class DoctorTests
{
    private const string Secret = "wJalrXUtnFEMIEXAMPLEKEY";

    // From the header of an executable: little-endian, 64 bits, machine, no segments, no sections.
    private static readonly byte[] Amd64 = Elf(62);
    private static readonly byte[] Arm64 = Elf(183);

    private static readonly TestCaseData[] Broken =
    [
        Case(
            "The bin directory is missing", "executable",
            "does not exist", "create it", node => Directory.Delete(node.Tree.Path(DoctorNode.BinDirectory), recursive: true)),
        Case("The plugin is missing", "executable", "no plugin in", "install it as", node => File.Delete(node.Tree.Path(DoctorNode.Plugin))),
        Case(
            "The plugin has no execute bit", "executable",
            "mode 0644", "chmod 755", node => File.SetUnixFileMode(node.Tree.Path(DoctorNode.Plugin), (UnixFileMode)0b110_100_100)),
        Case("The plugin is an empty file", "executable", "is empty", "download it", node => File.WriteAllText(node.Tree.Path(DoctorNode.Plugin), "")),
        Case(
            "The plugin is the packed archive", "executable",
            "packed archive", "tar -xzf", node => File.WriteAllBytes(node.Tree.Path(DoctorNode.Plugin), [0x1f, 0x8b, 8, 0])),
        Case(
            "The plugin is a saved error page", "executable",
            "not an executable", "download it", node => File.WriteAllText(node.Tree.Path(DoctorNode.Plugin), "<html>404</html>")),
        Case(
            "The plugin is cut off within its header", "executable",
            "is cut off", "download it", node => File.WriteAllBytes(node.Tree.Path(DoctorNode.Plugin), Amd64[..40])),
        Case(
            "The plugin is cut off", "executable",
            "is cut off", "download it", node => File.WriteAllBytes(node.Tree.Path(DoctorNode.Plugin), Elf(62, sections: 4096))),
        Case("The plugin is for another architecture", "executable", "but the node is", "install the executable for", node => File.WriteAllBytes(
            node.Tree.Path(DoctorNode.Plugin), RuntimeInformation.OSArchitecture == Architecture.Arm64 ? Amd64 : Arm64)),
        Case("The plugin is the directory of the unpacked archive", "executable", "is not a file", "not the directory", node =>
        {
            File.Delete(node.Tree.Path(DoctorNode.Plugin));
            Directory.CreateDirectory(node.Tree.Path(DoctorNode.Plugin));
        }),
        Case("The bin directory is on a file system mounted with noexec", "executable", "noexec", "remount,exec", node => File.AppendAllText(
            node.Options.MountFile, $"23 22 0:21 / {node.Tree.Path("/var/snap/microk8s/common")} rw,noexec - ext4 /dev/sdb rw\n")),
        Case(
            "The plugin kept its name from the release", "configuration",
            "has no such file", "mv /var/snap/microk8s/common/bin/ecr-credential-provider-linux-amd64", node =>
            File.Move(node.Tree.Path(DoctorNode.Plugin), node.Tree.Path($"{DoctorNode.Plugin}-linux-amd64"))),
        Case(
            "Both flags are missing", "flags",
            "none of the two flags", "add --image-credential-provider-config=", node => RemoveLines(node, "image-credential")),
        Case(
            "One flag is missing: bin-dir", "flags",
            "no flag --image-credential-provider-bin-dir", "add --image-credential-provider-bin-dir=", node => RemoveLines(node, "-bin-dir")),
        Case(
            "One flag is missing: config", "flags",
            "no flag --image-credential-provider-config", "add --image-credential-provider-config=", node => RemoveLines(node, "-config=")),
        Case("The configuration was changed after the kubelet started", "flags", "has not read", "snap restart microk8s.daemon-kubelite", node =>
            node.Options.Processes = [DoctorNode.Process("kubelite", DateTimeOffset.UtcNow - TimeSpan.FromHours(1))]),
        Case("The configuration is missing", "configuration", "does not exist", "create it", node => File.Delete(node.Tree.Path(DoctorNode.Configuration))),
        Case(
            "The configuration is not YAML", "configuration",
            ":2:", "correct it", node => node.Tree.Write(DoctorNode.Configuration, "kind: CredentialProviderConfig\n  providers: [\n")),
        Case(
            "A required field is missing", "configuration",
            "defaultCacheDuration", "correct it", node => Edit(node, "defaultCacheDuration: 6h0m0s", "# no duration")),
        Case(
            "The apiVersion is unknown", "configuration",
            "refuses it", "correct it", node => Edit(node, "kubelet.k8s.io/v1\n  args", "kubelet.k8s.io/v7\n  args")),
        Case(
            "No provider is for Amazon ECR", "configuration",
            "no provider for Amazon ECR", "add the provider", node => Edit(node, "- name: ecr-credential-provider", "- name: other")),
        Case(
            "A pattern lacks the region", "image",
            "nearest is \"*.dkr.ecr.amazonaws.com\"", "write \"*.dkr.ecr.*.amazonaws.com\"", node => SetPatterns(node, "*.dkr.ecr.amazonaws.com")),
        Case("A pattern is a star only", "image", "nearest is \"*\"", "write \"*.dkr.ecr.*.amazonaws.com\"", node => SetPatterns(node, "*")),
        Case("A pattern has a scheme", "image", "images have no scheme", "write \"*.dkr", node => SetPatterns(node, "https://*.dkr.ecr.*.amazonaws.com")),
        Case(
            "A pattern has a wildcard in its path", "image",
            "\"*\" is not a wildcard", "write \"*.dkr", node => SetPatterns(node, "*.dkr.ecr.*.amazonaws.com/team/*")),
        Case(
            "A pattern is for other regions", "image",
            "\"us-*\" does not match \"eu-west-1\"", "write \"*.dkr", node => SetPatterns(node, "*.dkr.ecr.us-*.amazonaws.com")),
        Case("The image has a scheme", "image", "is not the name of an image", "without a scheme", node => node.Options.Image = $"https://{DoctorNode.Image}"),
        Case("The image is not in Amazon ECR", "image", "is not in Amazon ECR", "correct the host", node => node.Options.Image = "registry.example/app"),
        Case("The clock is wrong", "clock", "400 days behind AWS", "timedatectl", node => node.Registry.Answer = _ => new HttpResponseMessage
        {
            Headers = { Date = DateTimeOffset.UtcNow + TimeSpan.FromDays(400) },
        }),
        Case("There is no route", "network", "host unreachable", "ip route", node => node.Registry.Answer = _ => throw Failure(SocketError.HostUnreachable)),
        Case(
            "The port is closed", "network",
            "connection refused", "firewall", node => node.Registry.Answer = _ => throw Failure(SocketError.ConnectionRefused)),
        Case(
            "The name of the endpoint is not resolved", "network",
            "DNS lookup failed", "resolv.conf", node => node.Registry.Answer = _ => throw Failure(SocketError.HostNotFound)),
        Case("A firewall drops packets", "network", "timed out", "security group", node => node.Registry.Answer = _ => throw Failure(SocketError.TimedOut)),
        Case("The certificate is not trusted", "network", "TLS handshake failed", "AWS_CA_BUNDLE", node => node.Registry.Answer = _ =>
            throw new HttpRequestException(HttpRequestError.SecureConnectionError)),
        Case(
            "The proxy refuses", "network",
            "proxy refused", "NO_PROXY", node => node.Registry.Answer = _ => throw new HttpRequestException(HttpRequestError.ProxyTunnelError)),
        Case("HTTPS_PROXY is invalid", "network", "invalid HTTPS_PROXY \"ftp://proxy.example\"", "under the provider's env", node => Edit(
            node, "  args:\n", "  env:\n  - name: HTTPS_PROXY\n    value: ftp://proxy.example\n  args:\n")),
        Case("A portal redirects", "network", "the answer is a redirect (302), which is not from AWS", "portal", node => node.Registry.Answer = _ =>
            new HttpResponseMessage(HttpStatusCode.Found)),
        Case("A proxy answers with a page", "network", "the answer is a web page", "portal", node => node.Registry.Answer = request =>
            request.RequestUri!.Host.StartsWith("api.", StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>", null, "text/html") }
                : null),
        Case(
            "The permission for passwords is missing", "password",
            "not authorized to perform: ecr:GetAuthorizationToken", "allow ecr:GetAuthorizationToken", node => node.Script(
            "echo 'ecr-credential-provider: User x is not authorized to perform: ecr:GetAuthorizationToken' >&2; exit 1")),
        Case(
            "There are no AWS credentials", "password",
            "no AWS credentials", "instance role", node => node.Script("echo 'ecr-credential-provider: no AWS credentials found' >&2; exit 1")),
        Case("The plugin crashes", "password", "exit status 139", "mend what", node => node.Script("exit 139")),
        Case("The plugin answers without a password", "password", "returned no password", "ecr-credential-provider", node => node.Script(
            "echo '{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"cacheKeyType\":\"Image\",\"auth\":{}}'")),
        Case(
            "The registry rejects the password", "manifest",
            "rejected the password (401)", "cached passwords", node => Answer(node, "/v2/", HttpStatusCode.Unauthorized)),
        Case(
            "The permission for the repository is missing", "manifest",
            "no permission to read the repository \"app\" (403)", "ecr:BatchGetImage", node => Answer(node, "/1", HttpStatusCode.Forbidden)),
        Case("The tag is missing", "manifest", "has no tag \"1\"", "push the image", node => Answer(node, "/1", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")),
        Case(
            "The repository is missing", "manifest",
            "no repository \"app\"", "account (123456789012)", node => Answer(node, "/1", HttpStatusCode.NotFound, "NAME_UNKNOWN")),
        Case("/run is full", "space", "/run has 0 MiB", "df -h /run", node => node.Run = 0),
        Case("The disk is full", "space", "/var/lib has 1 MiB", "df -h /var/lib", node => node.Disk = 1 << 20),
    ];

    [TestCaseSource(nameof(Broken))]
    public async Task The_first_failed_check_is_the_cause(string id, string evidence, string remedy, object breakNode)
    {
        using var node = await DoctorNode.CreateAsync();
        ((Action<DoctorNode>)breakNode)(node);

        var report = await node.RunAsync();

        var first = report.Checks.First(check => check.Result == DiagnosisResult.Failed);
        Assert.That((first.Id, report.Result), Is.EqualTo((id, DiagnosisResult.Failed)), string.Join('\n', report.Checks));
        Assert.That(first.Evidence, Does.Contain(evidence));
        Assert.That(first.Remedy, Does.Contain(remedy));
        Assert.That(report.Checks.Where(check => check.Result is DiagnosisResult.Ok or DiagnosisResult.Skipped).Select(check => check.Remedy), Is.All.Null);
    }

    [Test]
    public async Task All_is_well_on_a_node_that_pulls()
    {
        using var node = await DoctorNode.CreateAsync();

        var report = await node.RunAsync();

        Assert.That(
            report.Checks.Where(check => check.Result != DiagnosisResult.Ok).Select(check => $"{check}"),
            Is.EqualTo(((string[])["metadata", "identity"]).Select(id => $"{id}: Skipped: the plugin is a script, which may find AWS credentials of its own")));
        Assert.That(report.Result, Is.EqualTo(DiagnosisResult.Ok));
        Assert.That(report.Checks.Select(check => check.Id), Is.EqualTo(Doctor.CheckIds));
        Assert.That(
            node.Registry.Requests.Where(request => request.Contains("Basic", StringComparison.Ordinal)).Select(request => request.Split(' ')[1]),
            Is.All.StartsWith("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/"),
            "Only the registry gets the password.");
    }

    [Test]
    public async Task Every_distribution_that_was_set_up_has_no_failure(
        [ValueSource(typeof(NodeTreeDirectory), nameof(NodeTreeDirectory.Writable))] string tree)
    {
        using var node = new SetupNode(tree);
        await node.SetUpAsync();

        var report = await Doctor.RunAsync(new DoctorOptions { Root = node.Root, Image = SetupNode.Image });

        Assert.That(report.Checks.Where(check => check.Result == DiagnosisResult.Failed), Is.Empty);
        Assert.That(
            report.Checks.Where(check => check.Result == DiagnosisResult.Skipped).Select(check => check.Id),
            Is.EqualTo(new[] { "clock", "network", "metadata", "identity", "password", "manifest", "space", "kubelet-log" }));
    }

    [Test]
    public async Task A_tree_without_a_kubelet_fails_at_the_layout()
    {
        using var tree = NodeTreeDirectory.Describe("--- /etc/hostname\nnode\n");

        var report = await Doctor.RunAsync(new DoctorOptions { Root = tree.Root });

        Assert.That(report.Checks[0].Result, Is.EqualTo(DiagnosisResult.Failed));
        Assert.That(report.Checks.Skip(1).Select(check => check.Evidence), Is.All.StartsWith("not tried"));
        Assert.That(report.Layout, Is.Null);
    }

    [Test]
    public async Task A_kubelet_with_other_flags_than_its_files_must_be_restarted()
    {
        using var node = await DoctorNode.CreateAsync("kubeadm-debian");
        node.Options.Processes = [DoctorNode.Process("kubelet", DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5), "--v=2")];

        var flags = (await node.RunAsync()).Checks.Single(check => check.Id == "flags");

        Assert.That(flags.Result, Is.EqualTo(DiagnosisResult.Failed));
        Assert.That(flags.Evidence, Does.StartWith("kubelet (PID 811) runs without --image-credential-provider-config"));
        Assert.That(flags.Remedy, Is.EqualTo("restart the kubelet: systemctl restart kubelet"));
    }

    [Test]
    public async Task A_strictly_confined_snap_executes_nothing_elsewhere()
    {
        using var node = await DoctorNode.CreateAsync("microk8s-1.34-strict");
        node.Options.Layout.BinDirectory = "/opt/plugins";
        node.Tree.Write("/opt/plugins/ecr-credential-provider", "#!/bin/sh\n", (UnixFileMode)0b111_101_101);

        var check = (await node.RunAsync()).Checks.First(check => check.Result == DiagnosisResult.Failed);

        Assert.That((check.Id, check.Remedy), Is.EqualTo(("executable", "move the bin directory to /var/snap/microk8s/common/bin")));
    }

    [TestCase("microk8s-1.34", "kubelite", "/var/snap/microk8s/common/credential-provider-config.yaml", "# A comment.\n", DiagnosisResult.Ok)]
    [TestCase("microk8s-1.34", "kubelite", "/var/snap/microk8s/common/credential-provider-config.yaml", "  - name: A\n    value: b\n", DiagnosisResult.Failed)]
    [TestCase("microk8s-1.34", "kubelite", "/var/snap/microk8s/current/args/kubelet", "# A comment.\n--v=2\n", DiagnosisResult.Ok)]
    [TestCase("k3s", "k3s", "/var/lib/rancher/credentialprovider/config.yaml", "# A comment.\n", DiagnosisResult.Ok)]
    public async Task A_change_that_the_kubelet_would_not_notice_needs_no_restart(
        string tree, string process, string file, string added, DiagnosisResult expected)
    {
        using var node = await DoctorNode.CreateAsync(tree, options => options.Environment = [new("X", "y")]);
        node.Options.Processes = [DoctorNode.Process(process, DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5), "server")];
        node.Tree.Edit(file, text => text + added);
        File.SetLastWriteTimeUtc(node.Tree.Path(file), DateTime.UtcNow + TimeSpan.FromMinutes(1));

        var flags = (await node.RunAsync()).Checks.Single(check => check.Id == "flags");

        Assert.That(flags.Result, Is.EqualTo(expected), flags.Evidence);
    }

    [Test]
    public async Task ECR_Public_exchanges_the_password_for_a_token()
    {
        using var node = await DoctorNode.CreateAsync();
        node.Options.Image = "public.ecr.aws/alias/app:1";
        node.Registry.Answer = request =>
        {
            if (request.RequestUri!.AbsolutePath.StartsWith("/token/", StringComparison.Ordinal))
            {
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"token":"exchanged"}""") };
            }

            var isAllowed = request.Headers.Authorization is { Scheme: "Bearer", Parameter: "exchanged" };
            var response = new HttpResponseMessage(isAllowed || request.RequestUri.Host != "public.ecr.aws" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
            response.Headers.WwwAuthenticate.ParseAdd("Bearer realm=\"https://public.ecr.aws/token/\",service=\"public.ecr.aws\",scope=\"aws\"");
            return response;
        };
        node.Script(
            """
            echo '{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheKeyType":"Registry",' \
              '"auth":{"public.ecr.aws":{"username":"AWS","password":"p"}}}'
            """);

        var report = await node.RunAsync();

        Assert.That(report.Checks.Single(check => check.Id == "manifest").Evidence, Is.EqualTo("tag \"1\" found"), string.Join('\n', report.Checks));
        Assert.That(node.Registry.Requests, Has.Some.Contains("/token/?service=public.ecr.aws&scope=repository%3Aalias%2Fapp%3Apull"));
    }

    [Test]
    public async Task Lines_of_the_kubelets_log_are_a_warning_without_secrets()
    {
        using var node = await DoctorNode.CreateAsync(configure: options => options.Environment = [new("AWS_SECRET_ACCESS_KEY", Secret)]);
        node.Journal($"E1125 Failed to get credential from external registry credential provider: {Secret}");

        var report = await node.RunAsync();

        var log = report.Checks.Single(check => check.Id == "kubelet-log");
        Assert.That((log.Result, report.Result), Is.EqualTo((DiagnosisResult.Warning, DiagnosisResult.Warning)), string.Join('\n', report.Checks));
        Assert.That(log.Evidence, Does.EndWith("credential provider: ***"));
        Assert.That(report.Checks.Select(check => $"{check} {check.Remedy}"), Has.None.Contain(Secret).And.None.Contain("from-the-plugin"));
    }

    [Test]
    public async Task Without_an_image_the_checks_that_require_one_are_skipped()
    {
        using var node = await DoctorNode.CreateAsync();
        node.Options.Image = null;

        var report = await node.RunAsync();

        Assert.That(report.Result, Is.EqualTo(DiagnosisResult.Ok));
        Assert.That(
            report.Checks.Where(check => check.Result == DiagnosisResult.Skipped).Select(check => check.Id),
            Is.EqualTo(new[] { "image", "clock", "network", "metadata", "identity", "password", "manifest" }));
    }

    [Test]
    public async Task All_checks_together_are_bounded()
    {
        using var node = await DoctorNode.CreateAsync();
        node.Script("sleep 600");
        node.Options.Timeout = TimeSpan.FromSeconds(2);

        var report = await node.RunAsync();

        Assert.That(report.Checks.Single(check => check.Id == "password").Evidence, Is.EqualTo("timed out: all checks together may take 2s"));
    }

    [Test]
    public async Task A_caller_can_cancel()
    {
        using var node = await DoctorNode.CreateAsync();
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();

        Assert.That(async () => await Doctor.RunAsync(node.Options, canceled.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Every_broken_node_is_a_row_of_the_troubleshooting_page() =>
        Assert.That(
            Page().Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1),
            Is.EqualTo(Broken.Concat(ClientDoctorTests.Broken).Select(Row)),
            $"The table is:\n{string.Join('\n', Broken.Concat(ClientDoctorTests.Broken).Select(Row))}");

    [Test]
    public void Every_check_is_a_heading_of_the_troubleshooting_page()
    {
        var headings = Page()
            .Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line[3..])
            .Except(["Symptoms", "Messages"]);

        Assert.That(headings, Is.EqualTo(Doctor.CheckIds.Concat(Doctor.ClientCheckIds).Distinct()));
    }

    private static TestCaseData Case(string cause, string id, string evidence, string remedy, Action<DoctorNode> breakNode) =>
        new TestCaseData(id, evidence, remedy, breakNode).SetArgDisplayNames(id, evidence).SetProperty("Cause", cause);

    private static IEnumerable<string> Page()
    {
        var repository = typeof(DoctorTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;
        return File.ReadLines(Path.Combine(repository, "shim", "docs", "troubleshooting.md"));
    }

    private static string Row(TestCaseData broken) =>
        $"| {broken.Properties.Get("Cause")} | [{broken.Arguments[0]}](#{broken.Arguments[0]}) | {broken.Arguments[1]} | {broken.Arguments[2]} |";

    private static void RemoveLines(DoctorNode node, string word) => node.Tree.Edit(
        DoctorNode.Arguments, text => string.Join('\n', text.Split('\n').Where(line => !line.Contains(word, StringComparison.Ordinal))));

    private static void Edit(DoctorNode node, string old, string replacement)
    {
        Assert.That(node.Tree.Read(DoctorNode.Configuration), Does.Contain(old));
        node.Tree.Edit(DoctorNode.Configuration, text => text.Replace(old, replacement, StringComparison.Ordinal));
    }

    private static void SetPatterns(DoctorNode node, string pattern)
    {
        var text = node.Tree.Read(DoctorNode.Configuration);
        var (start, end) = (text.IndexOf("  - ", StringComparison.Ordinal), text.IndexOf("  defaultCacheDuration", StringComparison.Ordinal));
        node.Tree.Edit(DoctorNode.Configuration, _ => $"{text[..start]}  - other.example\n  - \"{pattern}\"\n{text[end..]}");
    }

    private static HttpRequestException Failure(SocketError error) => new("", new SocketException((int)error));

    private static void Answer(DoctorNode node, string end, HttpStatusCode status, string body = "") => node.Registry.Answer = request =>
        request.RequestUri!.AbsolutePath.EndsWith(end, StringComparison.Ordinal) ? new HttpResponseMessage(status) { Content = new StringContent(body) } : null;

    internal static byte[] Elf(byte machine, int sections = 0)
    {
        var header = new byte[64];
        byte[] magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        magic.CopyTo(header, 0);
        header[18] = machine;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), sections);
        return header;
    }
}

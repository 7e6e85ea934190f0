using System.Text;

namespace Ecr.Credentials.Shim.Tests.Nodes;

/// <summary>
/// The release executables run on every node, if the variables <c>ECR_CREDENTIAL_PROVIDER_RELEASE</c> and
/// <c>ECR_CREDENTIAL_PROVIDER_NODES</c> name the output of <c>shim/release/build</c> and <c>fetch-node-images</c>. Requires root.
/// </summary>
[Requires(Requirement.Nodes)]
public sealed class NodeTests : ShimFixture
{
    private const string RedHatBundle = "/etc/pki/tls/certs/ca-bundle.crt";

    // Arm64 is emulated and slow: those nodes only check that the executable, built from the same code, works.
    private static string[] Amd64Nodes => ["debian-11", "debian-13", "musl", "empty"];

    private static string[] AllNodes => [.. Amd64Nodes, "empty-arm64"];

    [TestCaseSource(nameof(AllNodes))]
    public async Task It_prints_its_version(string name)
    {
        using var node = new Node(name);

        var result = new ShimResult(await node.RunAsync(default, new Dictionary<string, string>(), "--version"));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(
            result.Output,
            Does.Match(
                @"^ecr-credential-provider \d+\.\d+\.\d+\S*\ncommit [0-9a-f]{40}\n\.NET 10\.\d+\.\d+, linux-(x64|arm64)\nOpenSSL 3\.\d+\.\d+ \(static\)\n$"));
    }

    [Test]
    public async Task It_finds_the_distributions_certificates(
        [ValueSource(nameof(Amd64Nodes))] string name,
        [Values(
            "/usr/lib/ssl/cert.pem",
            "/usr/lib/ssl/certs/4042bcee.0",
            "/etc/ssl/certs/ca-certificates.crt",
            RedHatBundle,
            "/etc/ssl/ca-bundle.pem",
            "/etc/pki/tls/cacert.pem",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/cert.pem")] string file)
    {
        using var node = new Node(name);
        node.Write(file, Emulator.CertificateAuthorityPem);

        AssertAnswer(await RunAsync(node, HttpsEnvironment()));
    }

    [TestCaseSource(nameof(AllNodes))]
    public async Task Missing_certificates_are_reported_with_the_package_to_install(string name)
    {
        using var node = new Node(name);

        AssertFailure(
            await RunAsync(node, HttpsEnvironment()),
            1,
            "TLS handshake failed: no CA certificates found. Install the ca-certificates package, or set AWS_CA_BUNDLE or SSL_CERT_FILE.");
    }

    [Test]
    public async Task Certificates_named_by_a_variable_are_trusted(
        [ValueSource(nameof(Amd64Nodes))] string name, [Values("AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")] string variable)
    {
        using var node = new Node(name);
        node.Write("/opt/ca/ca.pem", Emulator.CertificateAuthorityPem);

        AssertAnswer(await RunAsync(node, HttpsEnvironment((variable, variable == "SSL_CERT_DIR" ? "/opt/ca" : "/opt/ca/ca.pem"))));
    }

    [Test]
    public async Task Certificates_named_by_a_variable_replace_the_systems(
        [ValueSource(nameof(Amd64Nodes))] string name, [Values("AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")] string variable, [Values] bool bundle)
    {
        await using var other = await AwsEmulator.StartAsync();
        using var node = new Node(name);
        node.Write("/opt/ca/other.pem", other.CertificateAuthorityPem);
        if (bundle)
        {
            node.Write(RedHatBundle, Emulator.CertificateAuthorityPem);
        }

        AssertFailure(
            await RunAsync(node, HttpsEnvironment((variable, variable == "SSL_CERT_DIR" ? "/opt/ca" : "/opt/ca/other.pem"))),
            1,
            "TLS handshake failed: the certificate is not trusted");
    }

    [TestCaseSource(nameof(Amd64Nodes))]
    public async Task Certificates_in_OpenSSLs_default_directory_are_used_alone(string name)
    {
        await using var other = await AwsEmulator.StartAsync();
        using var node = new Node(name);
        node.Write("/usr/lib/ssl/certs/other.pem", other.CertificateAuthorityPem);
        node.Write(RedHatBundle, Emulator.CertificateAuthorityPem);

        AssertFailure(await RunAsync(node, HttpsEnvironment()), 1, "TLS handshake failed: the certificate is not trusted");
    }

    private static IEnumerable<TestCaseData> NameServiceConfigurations() =>
        from node in Amd64Nodes
        from configuration in (string[][])
        [
            ["Alpine", "hosts: files dns"],
            ["Talos", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns"],
            ["Fedora", "passwd: files sss systemd\nhosts: files myhostname mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns"],
            ["machines", "passwd: compat mymachines systemd\ngroup: compat mymachines systemd\nhosts: resolve mymachines sss mdns4_minimal"],
            ["directories", "passwd: ldap [NOTFOUND=return]\ngroup: winbind\ninitgroups: sss\nhosts: nis wins [!UNAVAIL=return]"],
        ]
        select new TestCaseData(node, configuration[1]).SetArgDisplayNames(node, configuration[0]);

    [TestCaseSource(nameof(NameServiceConfigurations))]
    public async Task Hosts_and_users_are_looked_up_without_the_modules_of_the_name_service(string name, string configuration)
    {
        using var node = new Node(name);
        node.Write("/etc/nsswitch.conf", $"{configuration}\n");
        node.Write("/etc/hosts", "127.0.0.1 localhost ecr.test\n");
        AddProfile(node, new UriBuilder(Emulator.HttpsAddress) { Host = "ecr.test" }.Uri);
        foreach (var module in (string[])
            ["resolve", "mymachines", "sss", "mdns4_minimal", "myhostname", "systemd", "ldap", "winbind", "nis", "wins", "compat", "files", "dns"])
        {
            node.Write($"/lib/x86_64-linux-gnu/libnss_{module}.so.2", "not a library");
        }

        AssertAnswer(await RunAsync(node, new Dictionary<string, string>()));
    }

    // Like a snap, but worse: an invalid libc.so.6 stops every other program.
    [TestCaseSource(nameof(AllNodes))]
    public async Task Libraries_of_another_system_are_not_loaded(string name)
    {
        using var node = new Node(name);
        node.Write(RedHatBundle, Emulator.CertificateAuthorityPem);
        foreach (var library in (string[])
            ["libc.so.6", "libm.so.6", "libresolv.so.2", "libnss_files.so.2", "libnss_dns.so.2", "libssl.so.3", "libcrypto.so.3", "libstdc++.so.6",
                "libgcc_s.so.1", "libgssapi_krb5.so.2"])
        {
            node.Write($"/snap/lib/{library}", "not a library");
        }

        AssertAnswer(await RunAsync(node, HttpsEnvironment(("LD_LIBRARY_PATH", "/snap/lib"))));
    }

    // As on a node in FIPS mode, or with a hardware token.
    [TestCase("providers", "fips = module\ndefault = default", "activate = 1\n[default]\nactivate = 1")]
    [TestCase("providers", "legacy = module", "activate = 1")]
    [TestCase("engines", "pkcs11 = module", "dynamic_path = /lib/pkcs11.so\ninit = 1")]
    public async Task Modules_of_OpenSSL_are_not_loaded(string kind, string modules, string module)
    {
        using var node = new Node("debian-13");
        node.Write(RedHatBundle, Emulator.CertificateAuthorityPem);
        node.Write("/usr/lib/ssl/openssl.cnf", $"openssl_conf = init\n[init]\n{kind} = modules\n[modules]\n{modules}\n[module]\n{module}\n");

        AssertAnswer(await RunAsync(node, HttpsEnvironment()));
    }

    [TestCaseSource(nameof(Amd64Nodes))]
    public async Task It_runs_on_a_read_only_root_file_system(string name)
    {
        using var node = new Node(name) { IsReadOnly = true };
        node.Write(RedHatBundle, Emulator.CertificateAuthorityPem);

        AssertAnswer(await RunAsync(node, HttpsEnvironment()));
    }

    [Test]
    public async Task It_runs_as_an_unknown_user_without_a_home_directory(
        [ValueSource(nameof(Amd64Nodes))] string name, [Values(null, "/nonexistent")] string? home)
    {
        using var node = new Node(name) { User = 4711 };
        node.Write(RedHatBundle, Emulator.CertificateAuthorityPem);

        AssertAnswer(await RunAsync(node, home is null ? HttpsEnvironment() : HttpsEnvironment(("HOME", home))));
    }

    [TestCaseSource(nameof(Amd64Nodes))]
    public async Task It_runs_with_an_empty_environment(string name)
    {
        using var node = new Node(name);
        AddProfile(node, Emulator.HttpsAddress);

        AssertAnswer(await RunAsync(node, new Dictionary<string, string>()));
    }

    [TestCaseSource(nameof(Amd64Nodes))]
    public async Task It_needs_less_than_64_MiB(string name)
    {
        using var limit = new MemoryLimit(64 << 20);
        using var node = new Node(name) { ControlGroup = limit.ControlGroup };
        node.Write(RedHatBundle, await File.ReadAllTextAsync("/etc/ssl/certs/ca-certificates.crt") + Emulator.CertificateAuthorityPem);

        AssertAnswer(await RunAsync(node, HttpsEnvironment()));
        await TestContext.Out.WriteLineAsync($"{limit.Peak >> 10} KiB, including the pages of the executable");
    }

    [Test]
    public async Task A_credential_process_runs_with_the_nodes_shell()
    {
        using var node = new Node("musl");
        AddProfile(node, Emulator.HttpsAddress);
        var credentials = Emulator.ProfileCredentials;
        node.Write("/root/.aws/credentials", $$"""
            [default]
            credential_process = printf '{"Version":1,"AccessKeyId":"{{credentials.AccessKeyId}}","SecretAccessKey":"{{credentials.SecretAccessKey}}"}'
            """);

        AssertAnswer(await RunAsync(node, new Dictionary<string, string> { ["PATH"] = "/bin" }));
    }

    // Everything that it needs is found by its user's home directory.
    private void AddProfile(Node node, Uri endpoint)
    {
        node.Write(RedHatBundle, Emulator.CertificateAuthorityPem);
        node.Write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
        node.Write("/root/.aws/credentials", $"""
            [default]
            aws_access_key_id = {Emulator.ProfileCredentials.AccessKeyId}
            aws_secret_access_key = {Emulator.ProfileCredentials.SecretAccessKey}
            """);
        node.Write("/root/.aws/config", $"""
            [default]
            endpoint_url = {endpoint}
            """);
    }

    private Dictionary<string, string> HttpsEnvironment(params IEnumerable<(string Name, string Value)> more)
    {
        var environment = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ENDPOINT_URL"] = Emulator.HttpsAddress.AbsoluteUri };
        foreach (var (name, value) in more)
        {
            environment[name] = value;
        }

        return environment;
    }

    private static async Task<ShimResult> RunAsync(Node node, IReadOnlyDictionary<string, string> environment) =>
        new(await node.RunAsync(Encoding.UTF8.GetBytes(Request()), environment));
}

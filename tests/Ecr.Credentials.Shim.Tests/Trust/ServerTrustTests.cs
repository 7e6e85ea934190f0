using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Trust;

/// <summary>
/// The servers that the executable trusts. An executable with static OpenSSL validates certificates itself and must agree with .NET that downloads
/// nothing: the same table applies to both. The user's stores of .NET play no part in either.
/// </summary>
public sealed class ServerTrustTests : ShimFixture
{
    private const string Garbage = "-----BEGIN CERTIFICATE-----\ngarbage\n-----END CERTIFICATE-----\n";
    private const string NoCertificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    private const string RevocationList = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";

    private static IReadOnlyList<CertificateCase> Cases => CertificateCase.All;

    [Test]
    public async Task A_server_is_trusted_if_dotnet_trusts_it([ValueSource(nameof(Cases))] CertificateCase certificates, [Values] bool hasUserStores)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        var issued = certificates.Issue();
        if (hasUserStores)
        {
            // Stores that would change every verdict.
            var own = issued.SentAlong.Append(issued.Server).Concat(issued.OfTheMachine);
            WriteUserStore(certificates.IsTrusted ? "disallowed" : "root", [.. own]);
        }

        using var front = Front(issued);

        var result = await RunAsync(Request(), Variables(front, WriteFile("roots.pem", Roots(issued))));

        AssertVerdict(result, certificates.IsTrusted);
    }

    [Test]
    public async Task Nothing_is_written_to_the_stores_of_dotnet()
    {
        var issued = Cases[1].Issue();
        using var front = Front(issued);

        AssertAnswer(await RunAsync(Request(), Variables(front, WriteFile("roots.pem", Roots(issued)))));

        Assert.That(Directory.Exists(Path.Combine(Home, ".dotnet")), Is.False);
    }

    [Test]
    [Requires(Requirement.Strace)]
    public async Task The_stores_of_dotnet_are_not_even_looked_for()
    {
        var issued = Cases[1].Issue();
        using var front = Front(issued);
        WriteUserStore("ca", [.. issued.SentAlong]);
        var trace = Path.Combine(Home, "trace");

        var result = new ShimResult(await PluginProcess.RunAsync(
            "/usr/bin/strace",
            ["-f", "-qq", "-e", "trace=%file", "-e", "signal=none", "-o", trace, ShimProgram.Path],
            Complete(Variables(front, WriteFile("roots.pem", Roots(issued)))),
            Encoding.UTF8.GetBytes(Request()),
            directory: Home));

        AssertAnswer(result);
        Assert.That(await File.ReadAllTextAsync(trace), Does.Not.Contain($"{Home}/.dotnet"));
    }

    // .NET itself would take the roots of a relative path.
    [TestCase("SSL_CERT_DIR", "")]
    [TestCase("SSL_CERT_FILE", "")]
    [TestCase("SSL_CERT_DIR", "certs")]
    [TestCase("SSL_CERT_DIR", "/dev/null/nowhere:certs")]
    [TestCase("SSL_CERT_FILE", "ca-certificates.crt")]
    [Requires(Requirement.StaticOpenSsl)]
    public async Task No_root_is_taken_from_the_working_directory(string variable, string value)
    {
        var issued = Cases[0].Issue();
        using var front = Front(issued);
        Directory.CreateDirectory(Path.Combine(Home, "certs"));
        foreach (var file in (string[])["ca-certificates.crt", "cert.pem", "certs/ca-certificates.crt"])
        {
            WriteFile(file, Roots(issued));
        }

        var variables = Variables(front, "");
        variables.Remove("SSL_CERT_FILE");
        variables.Remove("SSL_CERT_DIR");
        variables[variable] = value;

        AssertFailure(await RunAsync(Request(), variables), 1, "TLS handshake failed: ");
    }

    [Test]
    public async Task Roots_are_taken_from_every_directory_that_is_named()
    {
        var issued = Cases[0].Issue();
        using var front = Front(issued);
        Directory.CreateDirectory(Path.Combine(Home, "first"));
        Directory.CreateDirectory(Path.Combine(Home, "second"));
        WriteFile("second/root.pem", Roots(issued));
        var variables = Variables(front, "/dev/null");
        variables["SSL_CERT_DIR"] = $"{Home}/first:{Home}/second";

        AssertAnswer(await RunAsync(Request(), variables));
    }

    [Test]
    public async Task A_bundle_in_AWS_CA_BUNDLE_gives_the_same_result([ValueSource(nameof(Cases))] CertificateCase certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        var issued = certificates.Issue();
        using var front = Front(issued);
        var variables = new Dictionary<string, string>(Variables(front, "/dev/null")) { ["AWS_CA_BUNDLE"] = WriteFile("roots.pem", Roots(issued)) };

        AssertVerdict(await RunAsync(Request(), variables), certificates.IsTrusted);
    }

    [Test]
    public async Task AWS_CA_BUNDLE_replaces_the_systems_roots()
    {
        var issued = Cases[0].Issue();
        using var front = Front(issued);
        var variables = new Dictionary<string, string>(Variables(front, WriteFile("roots.pem", Roots(issued))))
        {
            ["AWS_CA_BUNDLE"] = Emulator.CertificateAuthorityFile,
        };

        AssertVerdict(await RunAsync(Request(), variables), isTrusted: false);
    }

    [TestCase("{0}", "", true)]
    [TestCase("{0}" + Garbage, "", true)]
    [TestCase("comment\n" + RevocationList + "{0}", "", true)]
    [TestCase(Garbage + "{0}", "", false)]
    [TestCase(NoCertificate + "{0}", "", false)]
    [TestCase(Garbage, "{0}", true)]
    public async Task A_root_is_found_in_the_directorys_files_up_to_an_invalid_certificate(string first, string second, bool isTrusted)
    {
        var issued = Cases[0].Issue();
        using var front = Front(issued);
        Directory.CreateDirectory(Path.Combine(Home, "certs"));
        WriteFile("certs/first", first.Replace("{0}", Roots(issued), StringComparison.Ordinal));
        WriteFile("certs/second", second.Replace("{0}", Roots(issued), StringComparison.Ordinal));
        var variables = new Dictionary<string, string>(Variables(front, "/dev/null")) { ["SSL_CERT_DIR"] = Path.Combine(Home, "certs") };

        AssertVerdict(await RunAsync(Request(), variables), isTrusted);
    }

    private static IEnumerable<TestCaseData> Causes() =>
    [
        Cause("expired", $"it expired on {Show(-2)}, and the system clock says 20", root => root.Issue("localhost", Day(-3), Day(-2))),
        Cause("not yet valid", $"it is not valid before {Show(2)}, and the system clock says 20", root => root.Issue("localhost", Day(2), Day(3))),
        Cause("for another name", "it is for \"example.com\", not for \"localhost\"", root => root.Issue("example.com")),
        Cause("of an unknown issuer", "its issuer \"CN=Other\" is unknown", _ => Authority("Other").Issue("localhost")),
        Cause(
            "expired, of an unknown issuer and for another name",
            $"it is for \"example.com\", not for \"localhost\"; it expired on {Show(-2)}, and the system clock says ",
            _ => Authority("Other").Issue("example.com", Day(-3), Day(-2))),
        Cause(
            "for client authentication",
            "its chain is invalid (NotValidForUsage)",
            root => root.Issue("localhost", usage: TestCertificate.ClientAuthentication)),
    ];

    [TestCaseSource(nameof(Causes))]
    public async Task A_rejected_certificate_is_reported_with_the_cause_and_not_tried_again(string cause, Func<TestCertificate, TestCertificate> issue)
    {
        ArgumentNullException.ThrowIfNull(issue);
        var root = Authority("Root");
        foreach (var variable in (string[])["SSL_CERT_FILE", "AWS_CA_BUNDLE"])
        {
            using var front = new TlsFront(Emulator.Address, issue(root).ValueWithKey, []);
            var variables = new Dictionary<string, string>(Emulator.Environment())
            {
                ["AWS_ENDPOINT_URL"] = $"https://localhost:{front.Port}",
                ["SSL_CERT_DIR"] = "/dev/null/nowhere",
                [variable] = WriteFile("root.pem", root.Pem),
            };

            var result = await RunAsync(Request(), variables);

            AssertFailure(result, 1, $"cannot reach https://localhost:{front.Port}: TLS handshake failed: the certificate is not trusted: {cause}");
            Assert.That(front.Connections, Is.EqualTo(1));
        }
    }

    [TestCase("missing.pem", null, "cannot read \"{0}\" (AWS_CA_BUNDLE): ")]
    [TestCase("empty.pem", "no certificate", "\"{0}\" (AWS_CA_BUNDLE) contains no certificates: it must be a PEM file")]
    [TestCase("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot read \"{0}\" (AWS_CA_BUNDLE): ")]
    public async Task An_invalid_AWS_CA_BUNDLE_is_reported(string name, string? content, string message)
    {
        var path = Path.Combine(Home, name);
        if (content is not null)
        {
            WriteFile(name, content);
        }

        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_CA_BUNDLE"] = path };

        AssertFailure(await RunAsync(Request(), variables), 2, message.Replace("{0}", path, StringComparison.Ordinal));
    }

    private static TestCaseData Cause(string name, string cause, Func<TestCertificate, TestCertificate> issue) =>
        new TestCaseData(cause, issue).SetArgDisplayNames(name);

    // Certificates have whole seconds.
    private static DateTimeOffset Day(int day) => new(DateTimeOffset.UtcNow.Date.AddDays(day), TimeSpan.Zero);

    private static string Show(int day) => Day(day).ToString("u", CultureInfo.InvariantCulture);

    private static TestCertificate Authority(string name) => TestCertificate.CreateAuthority(name, issuer: null, Day(-10), Day(10));

    private TlsFront Front(IssuedCertificates issued) =>
        new(Emulator.Address, issued.Server.ValueWithKey, issued.SentAlong.Select(certificate => certificate.Value));

    // As X509Store.Add writes it.
    private void WriteUserStore(string name, TestCertificate[] certificates)
    {
        var store = Directory.CreateDirectory(Path.Combine(Home, ".dotnet/corefx/cryptography/x509stores", name));
        foreach (var certificate in certificates)
        {
            File.WriteAllBytes(Path.Combine(store.FullName, $"{certificate.Value.Thumbprint}.pfx"), certificate.Value.Export(X509ContentType.Pkcs12));
        }
    }

    private static string Roots(IssuedCertificates issued) => string.Concat(issued.OfTheMachine.Select(certificate => certificate.Pem));

    private Dictionary<string, string> Variables(TlsFront front, string rootsFile) => new(Emulator.Environment())
    {
        ["AWS_ENDPOINT_URL"] = $"https://localhost:{front.Port}",
        ["AWS_MAX_ATTEMPTS"] = "1",
        ["SSL_CERT_FILE"] = rootsFile,
        ["SSL_CERT_DIR"] = "/dev/null/nowhere",
    };

    private void AssertVerdict(ShimResult result, bool isTrusted)
    {
        if (isTrusted)
        {
            AssertAnswer(result);
        }
        else
        {
            AssertFailure(result, 1, "TLS handshake failed: the certificate is not trusted");
            Assert.That(Emulator.Requests, Is.Empty);
        }
    }
}

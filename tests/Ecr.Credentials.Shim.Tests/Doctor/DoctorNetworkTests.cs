using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Shim.Tests.Trust;

namespace Ecr.Credentials.Shim.Tests.Doctor;

/// <summary>What the doctor says about TLS and proxies, over real connections.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class DoctorNetworkTests : ShimFixture
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private static readonly TestCaseData[] Certificates =
    [
        Certificate("expired", "it expired on", "renew the certificate", root => root.Issue("localhost", Now.AddDays(-3), Now.AddDays(-2))),
        Certificate("not yet valid", "it is not valid before", "renew the certificate", root => root.Issue("localhost", Now.AddDays(2), Now.AddDays(3))),
        Certificate("wrong name", "it is for \"other.example\"", "another server answers", root => root.Issue("other.example")),
        Certificate("untrusted", "TLS handshake failed", "AWS_CA_BUNDLE", _ => NewRoot().Issue("localhost")),
    ];

    [TestCaseSource(nameof(Certificates))]
    public async Task A_certificate_that_is_not_trusted_is_explained(string evidence, string remedy, object issue)
    {
        var root = NewRoot();
        using var front = new TlsFront(Emulator.Address, ((Func<TestCertificate, TestCertificate>)issue)(root).ValueWithKey, []);

        var network = await ExamineAsync(new()
        {
            ["AWS_ENDPOINT_URL_ECR"] = $"https://localhost:{front.Port}",
            ["AWS_CA_BUNDLE"] = WriteFile("root.pem", root.Pem),
        });

        Assert.That(network.Result, Is.EqualTo("failed"));
        Assert.That(network.Evidence, Does.Contain(evidence));
        Assert.That(network.Remedy, Does.Contain(remedy));
    }

    [TestCase("HTTP/1.1 403 Forbidden", "HTTPS_PROXY")]
    [TestCase("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", "HTTPS_PROXY")]
    public async Task A_proxy_that_refuses_is_named(string answer, string remedy)
    {
        using var proxy = Server(answer);

        var network = await ExamineAsync(new() { ["HTTPS_PROXY"] = $"http://user:secret@127.0.0.1:{proxy.Port}" });

        Assert.That(network.Result, Is.EqualTo("failed"));
        Assert.That(network.Evidence, Does.Contain($"through the proxy 127.0.0.1:{proxy.Port}").And.Contain("proxy").And.Not.Contain("secret"));
        Assert.That(network.Remedy, Does.Contain(remedy));
    }

    [TestCase("HTTP/1.1 302 Found\r\nLocation: https://portal.example/", "the answer is a redirect (302), which is not from AWS")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8", "the answer is a web page, which is not from AWS")]
    public async Task A_portal_is_recognized(string answer, string evidence)
    {
        using var portal = Server(answer);

        var network = await ExamineAsync(new() { ["AWS_ENDPOINT_URL_ECR"] = $"http://127.0.0.1:{portal.Port}" });

        Assert.That((network.Result, network.Remedy), Is.EqualTo(("failed", "log in to the network's portal, or let its proxy pass this host")));
        Assert.That(network.Evidence, Does.EndWith(evidence));
    }

    [Test]
    public async Task A_network_without_answers_takes_less_than_a_minute()
    {
        await using var silent = await SilentServer.StartAsync(HangPoint.BeforeAnswer);

        var network = await ExamineAsync(new() { ["HTTPS_PROXY"] = $"http://127.0.0.1:{silent.Address.Port}" });

        Assert.That(network.Evidence, Does.Contain("timed out"));
    }

    private static TestCaseData Certificate(string name, string evidence, string remedy, Func<TestCertificate, TestCertificate> issue) =>
        new TestCaseData(evidence, remedy, issue).SetArgDisplayNames(name);

    private static TestCertificate NewRoot() => TestCertificate.CreateAuthority("root", null, Now.AddDays(-5), Now.AddDays(5));

    // Answers every request alike.
    private static ConnectionListener Server(string answer) => new(new IPEndPoint(IPAddress.Loopback, 0), async connection =>
    {
        _ = await connection.ReadAsync(new byte[4096]);
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"{answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    });

    // As docker's user, whose environment decides how AWS is called.
    private async Task<(string Result, string Evidence, string? Remedy)> ExamineAsync(Dictionary<string, string> variables)
    {
        Directory.CreateDirectory(Path.Combine(Home, ".docker"));
        Directory.CreateDirectory(Path.Combine(Home, "bin"));
        WriteFile(".docker/config.json", """{ "credsStore": "ecr-login" }""");
        File.CreateSymbolicLink(Path.Combine(Home, "bin", "docker-credential-ecr-login"), Path.GetFullPath(ShimProgram.Path));
        variables["PATH"] = Path.Combine(Home, "bin");
        variables["AWS_EC2_METADATA_DISABLED"] = "true";

        var result = await RunAsync("", variables, "doctor", "--docker", "--json", Image);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((2, "")), result.Output);
        using var report = JsonDocument.Parse(result.Output);
        var network = report.RootElement.GetProperty("checks").EnumerateArray().First(check => check.GetProperty("result").GetString() == "failed");
        Assert.That(network.GetProperty("id").GetString(), Is.EqualTo("network"), result.Output);
        return (network.GetProperty("result").GetString()!, network.GetProperty("evidence").GetString()!, network.GetProperty("remedy").GetString());
    }
}

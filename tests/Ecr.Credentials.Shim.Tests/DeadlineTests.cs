using System.Diagnostics;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Whatever hangs, the kubelet gets one line and an exit code before the deadline.</summary>
public sealed class DeadlineTests : ShimFixture
{
    private const string Timeout = "--timeout=3s";
    private const string Role = "arn:aws:iam::123456789012:role/pull";

    // The deadline plus the start of a process on a busy machine; no further wait fits in.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    [Test]
    public async Task An_endpoint_hangs([Values] HangPoint point)
    {
        await using var server = await SilentServer.StartAsync(point);

        await AssertTimesOutAsync(
            $"waiting for {server.Address.GetLeftPart(UriPartial.Authority)}.", Emulator.Environment(), ("AWS_ENDPOINT_URL", server.Address.AbsoluteUri));
    }

    [Test]
    public async Task An_endpoint_does_not_answer_the_TLS_ClientHello()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.BeforeAnswer);
        var address = $"https://localhost:{server.Address.Port}";

        await AssertTimesOutAsync($"waiting for {address.TrimEnd('/')}.", Emulator.Environment(), ("AWS_ENDPOINT_URL", address));
    }

    [Test]
    public async Task A_proxy_hangs([Values(HangPoint.BeforeConnection, HangPoint.BeforeAnswer)] HangPoint point)
    {
        await using var server = await SilentServer.StartAsync(point);

        await AssertTimesOutAsync(
            "waiting for https://api.ecr.eu-west-1.amazonaws.com.",
            Emulator.ProxyEnvironment(),
            ("HTTPS_PROXY", server.Address.AbsoluteUri));
    }

    [Test]
    public async Task STS_hangs([Values] HangPoint point)
    {
        await using var server = await SilentServer.StartAsync(point);
        var token = WriteFile("token", "token");

        await AssertTimesOutAsync(
            $"waiting for {server.Address.GetLeftPart(UriPartial.Authority)} to assume the role {Role}.",
            Emulator.Environment(CredentialSource.None),
            ("AWS_ENDPOINT_URL_STS", server.Address.AbsoluteUri),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", token),
            ("AWS_ROLE_ARN", Role));
    }

    [Test]
    public async Task The_container_credentials_endpoint_hangs([Values] HangPoint point)
    {
        await using var server = await SilentServer.StartAsync(point);

        await AssertTimesOutAsync(
            $"waiting for the container credentials endpoint http://127.0.0.1:{server.Address.Port}.",
            Emulator.Environment(CredentialSource.None),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Address.AbsoluteUri));
    }

    [Test]
    public async Task Instance_metadata_hangs_with_a_long_timeout([Values] HangPoint point)
    {
        await using var server = await SilentServer.StartAsync(point);

        await AssertTimesOutAsync(
            $"waiting for the instance metadata service at http://127.0.0.1:{server.Address.Port}.",
            Emulator.Environment(CredentialSource.InstanceMetadata),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Address.AbsoluteUri),
            ("AWS_METADATA_SERVICE_TIMEOUT", "60"));
    }

    [Test]
    public async Task A_credential_process_that_hangs_is_killed()
    {
        var pidFile = Path.Combine(Home, "pid");
        var config = WriteFile("config", $"[default]\ncredential_process = sleep 1000 & echo $! > '{pidFile}'; wait\n");

        await AssertTimesOutAsync(
            "waiting for the credential_process of the AWS profile \"default\".", Emulator.Environment(CredentialSource.None), ("AWS_CONFIG_FILE", config));

        var pid = (await File.ReadAllTextAsync(pidFile)).Trim();
        Assert.That(IsRunning(pid), Is.False);
    }

    [Test]
    public async Task A_request_that_never_ends_times_out()
    {
        // The kubelet always closes the pipe; a user at a terminal may not.
        var environment = ShimProgram.MinimalEnvironment(Home);
        var start = new ProcessStartInfo(
            ShimProgram.Path, [Timeout])
        { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.That(error, Does.EndWith(
            "timed out after 3s: waiting for the end of standard input. Check the node's network, or raise --timeout."));
        Assert.That(process.ExitCode, Is.EqualTo(1));
    }

    private static IEnumerable<TestCaseData> HangingMetadata() =>
    [
        new TestCaseData(HangPoint.BeforeConnection).SetArgDisplayNames("packets dropped"),
        new TestCaseData(HangPoint.BeforeAnswer).SetArgDisplayNames("no response"),
        new TestCaseData(HangPoint.WithinAnswer).SetArgDisplayNames("incomplete response"),
    ];

    [TestCaseSource(nameof(HangingMetadata))]
    public async Task Instance_metadata_that_hangs_is_abandoned_long_before_the_deadline(HangPoint point)
    {
        await using var server = await SilentServer.StartAsync(point);
        var address = server.Address.GetLeftPart(UriPartial.Authority);

        await AssertNoCredentialsAsync(
            $"the instance metadata service at {address} timed out (a hop limit of 1 blocks containers, and so may a firewall)",
            Emulator.Environment(CredentialSource.InstanceMetadata),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", address));
    }

    [Test]
    public async Task Instance_metadata_that_refuses_connections_is_reported() =>
        await AssertNoCredentialsAsync(
            "cannot reach the instance metadata service at http://127.0.0.1:1 (",
            Emulator.Environment(CredentialSource.InstanceMetadata),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"));

    [Test]
    public async Task Instance_metadata_disabled_for_the_instance_is_reported()
    {
        Emulator.Faults.Always(Fault.Status(403), AwsService.Imds);

        await AssertNoCredentialsAsync("is disabled for this instance (HTTP 403)", Emulator.Environment(CredentialSource.InstanceMetadata));
    }

    // A zombie remains in the process table until its new parent reaps it: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    private static bool IsRunning(string pid)
    {
        var status = $"/proc/{pid}/status";
        return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal);
    }

    private async Task AssertTimesOutAsync(string step, IReadOnlyDictionary<string, string> variables, params (string Name, string Value)[] others)
    {
        var result = await RunAsync(Request(), With(variables, others), Timeout);

        AssertFailure(result, 1, $"timed out after 3s: {step} Check the node's network, or raise --timeout.");
        Assert.That(result.Duration, Is.LessThan(Limit));
    }

    private async Task AssertNoCredentialsAsync(string reason, IReadOnlyDictionary<string, string> variables, params (string Name, string Value)[] others)
    {
        var result = await RunAsync(Request(), With(variables, others), Timeout);

        AssertFailure(result, 1, "no AWS credentials found: ");
        Assert.That(result.Error, Does.Contain(reason));
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> variables, (string Name, string Value)[] others)
    {
        var result = new Dictionary<string, string>(variables);
        foreach (var (name, value) in others)
        {
            result[name] = value;
        }

        return result;
    }
}

using System.Text;
using Ecr.Credentials.Programs;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Programs;

public sealed class LoginPasswordProgramTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(Host)]
    [TestCase(Host + "/team/app:1.2")]
    public async Task RunAsync_writes_only_the_password(string imageOrHost)
    {
        var tokens = new FakeTokenSource(Now);

        Assert.That(await RunAsync(imageOrHost, tokens), Is.EqualTo((0, "hunter2-secret\n", "")));
        Assert.That(tokens.Requests.Single().Registry.Host, Is.EqualTo(Host));
    }

    [Test]
    public async Task RunAsync_without_a_host_uses_the_default_region()
    {
        using var region = new ScopedVariable("AWS_REGION", "eu-north-1");
        var tokens = new FakeTokenSource(Now);

        Assert.That(await RunAsync(null, tokens), Is.EqualTo((0, "hunter2-secret\n", "")));
        var registry = tokens.Requests.Single().Registry;
        Assert.That((registry.Region, registry.IsPublic), Is.EqualTo(("eu-north-1", false)));
    }

    [TestCase("docker.io", 2, "\"docker.io\" is not an Amazon ECR registry host.")]
    [TestCase("https://" + Host, 2, "must not include a scheme.")]
    [TestCase("", 2, "the registry host is missing.")]
    public async Task RunAsync_reports_a_host_that_is_not_ECR(string host, int exitCode, string message)
    {
        var result = await RunAsync(host, new FakeTokenSource(Now));

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((exitCode, "")));
        Assert.That(result.Error, Does.StartWith($"{new ProgramOptions().Name}: ").And.Contain(message));
    }

    [Test]
    public async Task RunAsync_reports_a_failure_on_standard_error() =>
        Assert.That(
            await RunAsync(Host, FakeTokenSource.Failing(EcrCredentialErrorReason.AccessDenied)),
            Is.EqualTo((1, "", $"{new ProgramOptions().Name}: It is AccessDenied. Do something.{Environment.NewLine}")));

    [Test]
    public async Task RunAsync_times_out_at_the_deadline()
    {
        var time = new FakeTimeProvider(Now);
        var asked = new TaskCompletionSource();
        var run = RunAsync(Host, FakeTokenSource.Hanging(asked), time);
        await asked.Task;

        time.Advance(TimeSpan.FromSeconds(50));
        var (exitCode, output, error) = await run;

        Assert.That((exitCode, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.Contain("timed out after 50s: "));
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string? host, FakeTokenSource tokens, FakeTimeProvider? time = null)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var provider = EcrCredentialProvider.WithoutCache(tokens);

        var exitCode = await LoginPasswordProgram.RunAsync(host, output, error, provider, new ProgramOptions { TimeProvider = time ?? TimeProvider.System });

        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}

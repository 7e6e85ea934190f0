using Ecr.Credentials.Shim.Tests.Nodes;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Whatever comes from outside may be endless, and costs neither memory nor time.</summary>
[Requires(Requirement.PrivilegedLinux)]
[Requires(Requirement.NativeExecutable)]
public sealed class BoundsTests : ShimFixture
{
    private const string Role = "arn:aws:iam::123456789012:role/pull";

    [Test]
    public async Task An_endless_file_is_refused(
        [Values(
            "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            "AWS_CA_BUNDLE")]
        string variable,
        [Values("/dev/zero", "pipe", "large")] string file)
    {
        var path = file is "pipe" or "large" ? Path.Combine(Home, file) : file;
        if (file == "large")
        {
            await using var large = File.Create(path);
            large.SetLength(1L << 30);
        }
        else if (file == "pipe" && variable is not ("AWS_WEB_IDENTITY_TOKEN_FILE" or "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
        {
            await PluginProcess.RunAsync("/usr/bin/mkfifo", [path], new Dictionary<string, string>(), default);
        }
        else if (file == "pipe")
        {
            Assert.Pass("Tokens may be read from a pipe.");
        }

        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None))
        {
            ["AWS_ROLE_ARN"] = Role,
            [variable] = path,
        };
        if (variable.StartsWith("AWS_CONTAINER", StringComparison.Ordinal))
        {
            variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/";
        }

        var result = await RunLimitedAsync(Request(), variables);

        AssertFailure(result, 2, file == "large" ? "the file is larger than" : "it is not a regular file");
        Assert.That(result.Duration, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task The_null_device_is_an_empty_file()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["AWS_CONFIG_FILE"] = "/dev/null",
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        };

        AssertAnswer(await RunLimitedAsync(Request(), variables));
    }

    [TestCase("", 2)]
    [TestCase("docker get", 1)]
    [TestCase("docker store", 1)]
    [TestCase("docker erase", 1)]
    [TestCase("docker unknown", 1)]
    public async Task Endless_input_is_refused(string arguments, int exitCode)
    {
        var result = await RunLimitedAsync("", Emulator.Environment(), arguments, "</dev/zero");

        Assert.That(result.ExitCode, Is.EqualTo(exitCode));
        Assert.That(result.Output + result.Error, Does.Contain("larger than 1 MiB"));
    }

    [TestCase("yes")]
    [TestCase("yes >&2")]
    [TestCase("cat /dev/zero")]
    public async Task Endless_output_of_a_process_is_given_up(string command)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None))
        {
            ["AWS_CONFIG_FILE"] = WriteFile("config", $"[default]\ncredential_process = {command}\n"),
        };

        AssertFailure(await RunLimitedAsync(Request(), variables, "--timeout=3s"), 1, "the credential_process of the AWS profile \"default\"");
    }

    private async Task<ShimResult> RunLimitedAsync(
        string input, IReadOnlyDictionary<string, string> variables, string arguments = "", string redirection = "")
    {
        using var limit = new MemoryLimit(64 << 20);
        return await limit.RunAsync(Complete(variables), input, Home, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), redirection);
    }
}

using System.Diagnostics;
using System.Text.Json;
using Ecr.Credentials.Tests.Packaging;
using Ecr.Emulator;
using Microsoft.AspNetCore.Http;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Runs the programs of the documentation, with AWS on the loopback interface.</summary>
public sealed class SampleTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private static readonly string Directory = Path.Combine(Repository.Root, "nuget", "Samples", "bin", Repository.Configuration, "net10.0");

    private AwsEmulator _emulator = null!;

    [SetUp]
    public async Task Start() => _emulator = await AwsEmulator.StartAsync();

    [TearDown]
    public async Task Stop() => await _emulator.DisposeAsync();

    [Test]
    public async Task Password_gets_a_password()
    {
        var (exitCode, output, error) = await RunAsync("Password");

        Assert.That((exitCode, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Match("^AWS [0-9]+$"));
    }

    [Test]
    public async Task Token_calls_AWS_once_for_a_registry_and_its_alias_and_skips_other_hosts()
    {
        var (exitCode, output, error) = await RunAsync("Token");

        Assert.That((exitCode, error), Is.EqualTo((0, "")));
        Assert.That(output.Split('\n').Select(line => line.Split(':')[0]), Is.EqualTo(new[] { Host + "/team/app", "mirror.example.com" }));
        Assert.That(_emulator.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task OwnPlugin_answers_in_the_version_of_the_request()
    {
        var (exitCode, output, error) = await RunAsync(
            "OwnPlugin",
            """{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1beta1","image":"registry.example.com/app"}""");

        Assert.That((exitCode, error), Is.EqualTo((0, "")));
        Assert.That(
            output,
            Is.EqualTo(
                """
                {"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1beta1","cacheKeyType":"Registry","cacheDuration":"10m0s","auth":{"registry.example.com":{"username":"node","password":"own-token"}}}
                """));
    }

    [Test]
    public async Task OwnPlugin_reports_a_bad_request_under_its_own_name()
    {
        var (exitCode, output, error) = await RunAsync("OwnPlugin", "{}");

        Assert.That((exitCode, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.StartWith("example-credential-provider: invalid request on standard input: "));
    }

    [TestCase("get", "https://registry.example.com/", 0, """{"ServerURL":"https://registry.example.com/","Username":"me","Secret":"own-token"}""")]
    [TestCase("get", "docker.io", 1, "credentials not found in native keychain")]
    [TestCase("list", "", 0, "{}")]
    [TestCase("store", "{}", 1, "store is not supported: passwords are fetched on demand, so no docker login is needed")]
    [TestCase("erase", "registry.example.com", 1, "nothing is stored for \"registry.example.com\"")]
    public async Task OwnHelper_answers(string action, string input, int exitCode, string output) =>
        Assert.That(await RunAsync("OwnHelper", input, action), Is.EqualTo((exitCode, output, "")));

    [Test]
    public async Task OwnClient_gets_a_password() => Assert.That(await RunAsync("OwnClient"), Is.EqualTo((0, "AWS 19", "")));

    [Test]
    public async Task Tenants_reports_the_keys_of_a_tenant_that_AWS_does_not_know()
    {
        var (exitCode, _, error) = await RunAsync("Tenants");

        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(error, Does.Contain("AWS rejected the access key ID."));
    }

    [Test]
    public async Task DockerPull_passes_the_credentials_to_the_Docker_engine()
    {
        await using var engine = await LoopbackServer.StartAsync((_, response) => response.WriteAsync("{\"status\":\"Pull complete\"}\n"));

        var (exitCode, _, error) = await RunAsync("DockerPull", "", engine.Address.ToString());

        var pull = engine.Requests.Single(request => request.Path.EndsWith("/images/create", StringComparison.Ordinal));
        var base64 = pull.Headers["X-Registry-Auth"].Replace('-', '+').Replace('_', '/');
        using var auth = JsonDocument.Parse(Convert.FromBase64String(base64));
        Assert.That((exitCode, error), Is.EqualTo((0, "")));
        Assert.That(auth.RootElement.GetProperty("username").GetString(), Is.EqualTo("AWS"));
        Assert.That(auth.RootElement.GetProperty("serveraddress").GetString(), Is.EqualTo(Host));
    }

    [Test]
    public async Task DockerAuth_writes_the_variable()
    {
        var (exitCode, output, error) = await RunAsync("DockerAuth");

        Assert.That((exitCode, error), Is.EqualTo((0, "")));
        Assert.That(int.Parse(output, System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(100));
    }

    [Test]
    public async Task Failures_reports_a_failure_that_a_retry_does_not_mend()
    {
        await _emulator.DisposeAsync();
        _emulator = await AwsEmulator.StartAsync();

        var (exitCode, _, error) = await RunAsync("Failures", "", variables: [new("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN000000000")]);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("AwsCredentialsRejected (UnrecognizedClientException, request "));
    }

    [Test]
    public async Task FortyLines_is_a_program() => Assert.That(await RunAsync("FortyLines"), Is.EqualTo((0, "19", "")));

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string sample, string input = "", params string[] arguments) =>
        RunAsync(sample, input, [], arguments);

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string sample, string input, KeyValuePair<string, string>[] variables, params string[] arguments)
    {
        var tokenFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(tokenFile, "own-token");
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                "exec",
                "--depsfile",
                Path.Combine(Directory, "Samples.deps.json"),
                "--runtimeconfig",
                Path.Combine(Directory, "Samples.runtimeconfig.json"),
                Path.Combine(Directory, $"{sample}.dll"),
                .. arguments,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TOKEN_FILE"] = tokenFile;
        foreach (var (name, value) in _emulator.Environment().Concat(variables))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        File.Delete(tokenFile);
        return (process.ExitCode, (await output).TrimEnd(), (await error).TrimEnd());
    }
}

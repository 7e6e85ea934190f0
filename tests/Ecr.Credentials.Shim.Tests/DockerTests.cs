using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>The executable as a Docker credential helper.</summary>
public sealed class DockerTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [TestCase(Host, AwsService.Ecr, "eu-west-1")]
    [TestCase("https://" + Host, AwsService.Ecr, "eu-west-1")]
    [TestCase("public.ecr.aws", AwsService.EcrPublic, "us-east-1")]
    public async Task Get_writes_only_the_registrys_password(string server, AwsService service, string region)
    {
        var result = await RunAsync(server, "docker", "get");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        AssertPassword(result.Output, server);
        var request = TokenRequests.Single();
        Assert.That((request.Service, request.Region, request.SignatureVerified), Is.EqualTo((service, region, true)));
    }

    [Test]
    public async Task Get_reports_another_registry_as_not_found_in_the_protocols_words()
    {
        var result = await RunAsync("https://index.docker.io/v1/", "docker", "get");

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((1, "credentials not found in native keychain\n", "")));
        Assert.That(Emulator.Requests, Is.Empty);
    }

    [Test]
    public async Task Get_reports_a_failure_on_standard_output()
    {
        Emulator.Faults.Always(Fault.AccessDenied, AwsService.Ecr);

        var result = await RunAsync(Host, "docker", "get");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, "")));
        Assert.That(result.Output, Does.StartWith("AWS denied access").And.EndWith("\n"));
        Assert.That(result.Output.TrimEnd(), Does.Not.Contain('\n'));
        AssertNoSecret(result.Output);
    }

    [Test]
    public async Task Get_without_AWS_credentials_still_lets_clients_pull_from_ECR_Public()
    {
        var variables = Emulator.Environment(CredentialSource.None);

        Assert.That((await RunAsync(Host, variables, "docker", "get")).Output, Does.StartWith("no AWS credentials found"));
        Assert.That((await RunAsync("public.ecr.aws", variables, "docker", "get")).Output, Is.EqualTo("credentials not found in native keychain\n"));
    }

    [Test]
    public async Task Options_work_after_the_action()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None))
        {
            ["AWS_SHARED_CREDENTIALS_FILE"] = WriteFile(
                "credentials",
                $"""
                [pull]
                aws_access_key_id = {Emulator.ProfileCredentials.AccessKeyId}
                aws_secret_access_key = {Emulator.ProfileCredentials.SecretAccessKey}
                """),
        };

        var result = await RunAsync(
            "mirror.example:5000", variables, "docker", "get", "-v", $"--registry-alias=mirror.example:5000={Host}",
                "--identity=mirror.example:5000=profile:pull");

        AssertPassword(result.Output, "mirror.example:5000");
        Assert.That(result.Error, Does.Contain("Using the registry alias"));
        Assert.That(TokenRequests.Single().AccessKeyId, Is.EqualTo(Emulator.ProfileCredentials.AccessKeyId));
    }

    [Test]
    public async Task List_contains_the_default_registry_and_ECR_Public()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_REGION"] = "eu-west-1" };

        var result = await RunAsync("unused", variables, "docker", "list");

        Assert.That(
            (result.ExitCode, result.Output, result.Error),
            Is.EqualTo((0, $"{{\"https://{Host}\":\"AWS\",\"https://public.ecr.aws\":\"AWS\"}}\n", "")));
    }

    [Test]
    public async Task List_is_empty_without_credentials() =>
        Assert.That((await RunAsync("", Emulator.Environment(CredentialSource.None), "docker", "list")).Output, Is.EqualTo("{}\n"));

    [TestCase("store", "true", 0)]
    [TestCase("erase", "true", 0)]
    [TestCase("store", "1", 1)]
    [TestCase("erase", "", 1)]
    public async Task Store_and_erase_succeed_only_if_a_variable_allows_it(string action, string value, int exitCode)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ECR_IGNORE_CREDS_STORAGE"] = value };

        var result = await RunAsync($$"""{"ServerURL":"{{Host}}","Username":"AWS","Secret":"hunter2"}""", variables, "docker", action);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((exitCode, "")));
        Assert.That(result.Output, exitCode == 0 ? Is.Empty : Does.StartWith($"{action} is not supported: "));
    }

    [Test]
    public async Task Version_prints_the_product_and_its_version() =>
        Assert.That((await RunAsync("", "docker", "version")).Output, Does.Match(@"^ecr-credential-provider \(Ecr\.Credentials\) \d+\.\d+\.\d+\n$"));

    [TestCase("docker")]
    [TestCase("docker", "put")]
    public async Task A_missing_or_unknown_action_is_reported(params string[] arguments)
    {
        var result = await RunAsync(Host, arguments);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, "")));
        Assert.That(result.Output, Does.Contain("expected get, list, store, erase or version"));
    }

    // The framework-dependent build is started by the .NET host, which does not pass on the name.
    [TestCase("docker-credential-ecr-login")]
    [TestCase("docker-credential-ecr")]
    [Requires(Requirement.NativeExecutable)]
    public async Task A_link_named_like_a_helper_runs_as_a_helper(string name)
    {
        File.CreateSymbolicLink(Path.Combine(Home, name), Path.GetFullPath(ShimProgram.Path));

        var result = new ShimResult(
            await PluginProcess.RunAsync(Path.Combine(Home, name), ["get"], Complete(Emulator.Environment()), Encoding.UTF8.GetBytes(Host)));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        AssertPassword(result.Output, Host);
    }

    private void AssertPassword(string output, string server)
    {
        using var answer = JsonDocument.Parse(output);
        var fields = answer.RootElement.EnumerateObject().Select(field => (field.Name, field.Value.GetString()));
        Assert.That(fields, Is.EqualTo(new[] { ("ServerURL", server), ("Username", "AWS"), ("Secret", Emulator.Token) }));
        Assert.That(output, Does.EndWith("}\n"));
    }
}

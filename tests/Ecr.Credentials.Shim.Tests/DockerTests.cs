using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>The executable as a Docker credential helper.</summary>
public sealed class DockerTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string NotFound = "credentials not found in native keychain\n";

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
    public async Task Get_lets_clients_continue_after_a_failure_and_reports_it_on_standard_error()
    {
        Emulator.Faults.Always(Fault.AccessDenied, AwsService.Ecr);

        var result = await RunAsync(Host, "docker", "get");

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, NotFound)));
        Assert.That(result.Error, Does.StartWith("ecr-credential-provider: AWS denied access").And.Not.Contain("\n"));
        AssertNoSecret(result.Error);
    }

    [Test]
    public async Task Get_without_AWS_credentials_still_lets_clients_pull_from_ECR_Public()
    {
        var variables = Emulator.Environment(CredentialSource.None);

        Assert.That((await RunAsync(Host, variables, "docker", "get")).Error, Does.StartWith("ecr-credential-provider: no AWS credentials found"));
        var result = await RunAsync("public.ecr.aws", variables, "docker", "get");
        Assert.That((result.Output, result.Error), Is.EqualTo((NotFound, "")));
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

    [TestCase("true", 0)]
    [TestCase("1", 1)]
    [TestCase("", 1)]
    public async Task Store_succeeds_only_if_a_variable_allows_it(string value, int exitCode)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ECR_IGNORE_CREDS_STORAGE"] = value };

        var result = await RunAsync($$"""{"ServerURL":"{{Host}}","Username":"AWS","Secret":"hunter2"}""", variables, "docker", "store");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((exitCode, "")));
        Assert.That(result.Output, exitCode == 0 ? Is.Empty : Does.StartWith("store is not supported: "));
    }

    [TestCase(Host, "", 0)]
    [TestCase("https://" + Host, "", 0)]
    [TestCase("https://index.docker.io/v1/", "", 1)]
    [TestCase("https://index.docker.io/v1/", "true", 0)]
    public async Task Erase_removes_the_cached_password(string server, string ignore, int exitCode)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ECR_IGNORE_CREDS_STORAGE"] = ignore };
        await RunAsync(Host, variables, "docker", "get");

        var result = await RunAsync(server, variables, "docker", "erase");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((exitCode, "")));
        Assert.That(result.Output, exitCode == 0 ? Is.Empty : Does.Contain("is not an Amazon ECR registry host"));
        Assert.That(
            Directory.GetFiles(Path.Combine(Home, "ecr-credential-provider")), server.Contains(Host, StringComparison.Ordinal) ? Is.Empty : Is.Not.Empty);
    }

    [TestCase("get", NotFound, "ecr-credential-provider: unknown argument \"--bad\"; see --help")]
    [TestCase("list", "unknown argument \"--bad\"; see --help\n", "")]
    public async Task A_usage_error_is_reported_where_clients_show_it(string action, string output, string error)
    {
        var result = await RunAsync(Host, "docker", action, "--bad");

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((1, output, error)));
    }

    [Test]
    public async Task A_relative_cache_directory_is_refused()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ECR_CACHE_DIR"] = "passwords" };

        var result = await RunAsync(Host, variables, "docker", "get");

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, NotFound)));
        Assert.That(result.Error, Does.StartWith("ecr-credential-provider: invalid AWS_ECR_CACHE_DIR \"passwords\": expected an absolute path"));
        Assert.That(Directory.GetFileSystemEntries(Home), Is.Empty);
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
    [TestCase("docker-credential-ecr-login.exe")]
    [TestCase("DOCKER-CREDENTIAL-ECR-LOGIN.EXE")]
    [Requires(Requirement.NativeExecutable)]
    public async Task A_link_named_like_a_helper_runs_as_a_helper(string name)
    {
        File.CreateSymbolicLink(Path.Combine(Home, name), Path.GetFullPath(ShimProgram.Path));

        var result = new ShimResult(
            await PluginProcess.RunAsync(Path.Combine(Home, name), ["get"], Complete(Emulator.Environment()), Encoding.UTF8.GetBytes(Host)));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        AssertPassword(result.Output, Host);
    }

    [TestCase("")]
    [TestCase("get-credentials")]
    [Requires(Requirement.NativeExecutable)]
    public async Task A_kubelet_whose_provider_is_named_like_a_helper_logs_the_mistake(string action)
    {
        var result = await RunAsHelperAsync(Request(), action);

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Error, Does.StartWith("ecr-credential-provider: received a request of the kubelet").And.Not.Contain("\n"));
    }

    [TestCase("-v")]
    [TestCase("--verbose")]
    [Requires(Requirement.NativeExecutable)]
    public async Task A_helper_prints_its_version_as_image_builders_expect(string option)
    {
        var result = await RunAsHelperAsync("", option);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.Match(@"^ecr-credential-provider\nVersion:    \d+\.\d+\.\d+\nGit commit: \w+\n$"));
    }

    private async Task<ShimResult> RunAsHelperAsync(string input, string argument)
    {
        var name = Path.Combine(Home, "docker-credential-ecr-login");
        File.CreateSymbolicLink(name, Path.GetFullPath(ShimProgram.Path));
        string[] arguments = argument.Length > 0 ? [argument] : [];
        return new ShimResult(await PluginProcess.RunAsync(name, arguments, Complete(Emulator.Environment()), Encoding.UTF8.GetBytes(input)));
    }

    private void AssertPassword(string output, string server)
    {
        using var answer = JsonDocument.Parse(output);
        var fields = answer.RootElement.EnumerateObject().Select(field => (field.Name, field.Value.GetString()));
        Assert.That(fields, Is.EqualTo(new[] { ("ServerURL", server), ("Username", "AWS"), ("Secret", Emulator.Token) }));
        Assert.That(output, Does.EndWith("}\n"));
    }
}

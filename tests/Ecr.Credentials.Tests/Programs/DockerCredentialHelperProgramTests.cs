using System.Text;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Files;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Programs;

public sealed class DockerCredentialHelperProgramTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string NotFound = "credentials not found in native keychain\n";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Get_writes_what_docker_reads_and_nothing_else()
    {
        var (exitCode, output) = await RunAsync("get", Host);

        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Is.EqualTo($$"""{"ServerURL":"{{Host}}","Username":"AWS","Secret":"hunter2-secret"}""" + "\n"));
    }

    [TestCase(Host + "\n", Host)]
    [TestCase(" " + Host + "\r\n", Host)]
    [TestCase(Host + ":443", Host)]
    [TestCase(Host + "/", Host)]
    [TestCase(Host + "/v2/", Host)]
    [TestCase(Host + "/team/app", Host)]
    [TestCase("https://" + Host, Host)]
    [TestCase("https://" + Host + "/", Host)]
    [TestCase("https://" + Host + "/v1/", Host)]
    [TestCase("HTTPS://" + Host, Host)]
    [TestCase("http://" + Host, Host)]
    [TestCase("https://public.ecr.aws/", "public.ecr.aws")]
    public async Task Get_accepts_servers_with_and_without_scheme_and_path_and_returns_them_unchanged(string input, string host)
    {
        var tokens = new FakeTokenSource(Now.AddHours(12));

        var (exitCode, output) = await RunAsync("get", input, tokens);

        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.StartWith($"{{\"ServerURL\":\"{input.Trim()}\","));
        Assert.That(tokens.Requests.Single().Registry.Host, Does.StartWith(host));
    }

    [TestCase("https://index.docker.io/v1/")]
    [TestCase("docker.io")]
    [TestCase("ghcr.io")]
    [TestCase("localhost:5000")]
    [TestCase("unix:///run/docker.sock")]
    [TestCase("https://" + Host + ".evil.example")]
    [TestCase("https://evil.example/" + Host)]
    [TestCase("https://AWS:hunter2@" + Host)]
    [TestCase("https://https://" + Host)]
    [TestCase(Host + ":5000")]
    [TestCase("https://")]
    [TestCase("two\nlines")]
    [TestCase("\u0000")]
    public async Task Get_reports_no_credentials_for_a_server_that_is_not_ECR(string server)
    {
        var tokens = new FakeTokenSource(Now);

        Assert.That(await RunAsync("get", server, tokens), Is.EqualTo((1, NotFound)));
        Assert.That(tokens.Requests, Is.Empty);
    }

    [TestCase("")]
    [TestCase(" \n")]
    public async Task Get_without_a_server_fails_with_the_text_of_the_protocol(string input) =>
        Assert.That(await RunAsync("get", input), Is.EqualTo((1, "no credentials server URL\n")));

    [TestCase("mirror.example.com:5000")]
    [TestCase("http://mirror.example.com:5000/")]
    public async Task Get_finds_the_registry_behind_an_alias(string server)
    {
        var tokens = new FakeTokenSource(Now);
        var options = new EcrCredentialProviderOptions();
        options.RegistryAliases.Add(EcrRegistryAlias.Parse($"mirror.example.com:5000={Host}"));

        Assert.That((await RunAsync("get", server, tokens, options)).ExitCode, Is.Zero);
        Assert.That(tokens.Requests.Single().Registry.Host, Is.EqualTo(Host));
    }

    [TestCase(EcrCredentialErrorReason.NoAwsCredentials)]
    [TestCase(EcrCredentialErrorReason.AccessDenied)]
    [TestCase(EcrCredentialErrorReason.InvalidConfiguration)]
    public async Task Get_lets_clients_continue_after_a_failure_and_reports_it_on_standard_error(EcrCredentialErrorReason reason) =>
        Assert.That(
            await RunWithErrorAsync("get", Host, FakeTokenSource.Failing(reason)),
            Is.EqualTo((1, NotFound, $"{new ProgramOptions().Name}: It is {reason}. Do something.{Environment.NewLine}")));

    [TestCase("public.ecr.aws", EcrCredentialErrorReason.NoAwsCredentials)]
    [TestCase("https://ecr-public.aws.com", EcrCredentialErrorReason.AccessDenied)]
    public async Task Get_lets_clients_pull_from_ECR_Public_without_a_password(string server, EcrCredentialErrorReason reason) =>
        Assert.That(await RunAsync("get", server, FakeTokenSource.Failing(reason)), Is.EqualTo((1, NotFound)));

    [Test]
    public async Task Get_times_out_at_the_deadline_and_says_what_it_waited_for()
    {
        var time = new FakeTimeProvider(Now);
        var asked = new TaskCompletionSource();
        var run = RunWithErrorAsync("get", Host, FakeTokenSource.Hanging(asked), time: time);
        await asked.Task;

        time.Advance(TimeSpan.FromSeconds(50) - TimeSpan.FromTicks(1));
        Assert.That(run.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromTicks(1));
        var (exitCode, output, error) = await run;

        Assert.That((exitCode, output), Is.EqualTo((1, NotFound)));
        Assert.That(error, Does.StartWith($"{new ProgramOptions().Name}: timed out after 50s: ").And.EndsWith(Environment.NewLine));
        Assert.That(error.TrimEnd(), Does.Not.Contain('\n'));
    }

    [Test]
    public async Task Get_rejects_input_larger_than_1_MiB() =>
        Assert.That((await RunWithErrorAsync("get", new string('x', (1 << 20) + 1))).Error, Does.Contain("larger than 1 MiB"));

    [Test]
    public void Get_throws_when_the_caller_cancels()
    {
        using var cancelled = new CancellationTokenSource();
        using var provider = EcrCredentialProvider.WithoutCache(FakeTokenSource.Hanging(new TaskCompletionSource()));
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Host));
        using var output = new MemoryStream();
        var run = DockerCredentialHelperProgram.RunAsync("get", input, output, TextWriter.Null, provider, cancellationToken: cancelled.Token);

        cancelled.Cancel();

        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(output.Length, Is.Zero);
    }

    [Test]
    public async Task Get_fails_if_the_output_is_closed()
    {
        using var provider = EcrCredentialProvider.WithoutCache(new FakeTokenSource(Now));
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Host));
        using var output = new BrokenStream();

        Assert.That(await DockerCredentialHelperProgram.RunAsync("get", input, output, TextWriter.Null, provider), Is.EqualTo(1));
    }

    [Test]
    public async Task List_returns_the_private_registry_of_the_default_region_and_ECR_Public()
    {
        var tokens = new FakeTokenSource((request, _) => Task.FromResult(
            new EcrToken("AWS", "hunter2-secret", Now) { ProxyEndpoint = request.Registry.IsPublic ? null : $"https://{Host}" }));

        using var region = new ScopedVariable("AWS_REGION", "eu-west-1");

        var (exitCode, output) = await RunAsync("list", "unused", tokens);

        Assert.That((exitCode, output), Is.EqualTo((0, $"{{\"https://{Host}\":\"AWS\",\"https://public.ecr.aws\":\"AWS\"}}\n")));
        Assert.That(tokens.Requests.Select(request => request.Registry.Region), Is.EquivalentTo(new[] { "eu-west-1", "us-east-1" }));
    }

    [Test]
    public async Task List_waits_for_both_registries_whatever_the_source_throws()
    {
        var answer = new TaskCompletionSource<EcrToken>();
        var tokens = new FakeTokenSource((request, _) => request.Registry.IsPublic ? answer.Task : throw new InvalidOperationException("a defect"));
        using var region = new ScopedVariable("AWS_REGION", "eu-west-1");

        var listing = RunAsync("list", "unused", tokens);
        Assert.That(listing.IsCompleted, Is.False);
        answer.SetResult(new EcrToken("AWS", "hunter2-secret", Now));

        Assert.That(await listing, Is.EqualTo((0, "{\"https://public.ecr.aws\":\"AWS\"}\n")));
    }

    [Test]
    public async Task An_alias_is_logged_once_even_if_get_fails()
    {
        var logger = new ListLogger();
        var options = new EcrCredentialProviderOptions { RegistryAliases = { EcrRegistryAlias.Parse($"mirror.example={Host}") } };

        await RunWithErrorAsync("get", "mirror.example", FakeTokenSource.Failing(EcrCredentialErrorReason.Throttled), options, logger: logger);

        Assert.That(logger.Lines.Count(line => line.Contains("Using the registry alias", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [TestCase(true, false, "{\"https://public.ecr.aws\":\"AWS\"}\n")]
    [TestCase(false, true, $"{{\"https://{Host}\":\"AWS\"}}\n")]
    [TestCase(true, true, "{}\n")]
    public async Task List_omits_registries_without_a_password(bool privateFails, bool publicFails, string expected)
    {
        using var region = new ScopedVariable("AWS_REGION", "eu-west-1");
        var tokens = new FakeTokenSource((request, _) => (request.Registry.IsPublic ? publicFails : privateFails)
            ? throw new EcrCredentialException(EcrCredentialErrorReason.AccessDenied, "No.")
            : Task.FromResult(new EcrToken("AWS", "hunter2-secret", Now) { ProxyEndpoint = $"https://{Host}" }));

        Assert.That(await RunAsync("list", "", tokens), Is.EqualTo((0, expected)));
    }

    [TestCase(null)]
    [TestCase("https://evil.example")]
    public async Task List_omits_the_private_registry_if_ECR_returns_no_valid_endpoint(string? proxyEndpoint)
    {
        using var region = new ScopedVariable("AWS_REGION", "eu-west-1");
        var tokens = new FakeTokenSource((_, _) => Task.FromResult(new EcrToken("AWS", "hunter2-secret", Now) { ProxyEndpoint = proxyEndpoint }));

        Assert.That(await RunAsync("list", "", tokens), Is.EqualTo((0, "{\"https://public.ecr.aws\":\"AWS\"}\n")));
    }

    [Test]
    public async Task Store_is_rejected()
    {
        var (exitCode, output) = await RunAsync("store", $$"""{"ServerURL":"{{Host}}","Username":"AWS","Secret":"hunter2"}""");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.StartWith("store is not supported: ").And.Contain("Set AWS_ECR_IGNORE_CREDS_STORAGE=true"));
        Assert.That(output, Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task Erase_removes_the_files_of_the_servers_passwords_and_no_others()
    {
        const string Other = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
        var directory = Directory.CreateTempSubdirectory("ecr-docker-erase-");
        try
        {
            var cache = new EcrTokenFileCache(new FakeTokenSource(DateTimeOffset.UtcNow.AddHours(12)), Path.Combine(directory.FullName, "cache"));
            await RunAsync("get", Host, source: cache);
            await RunAsync("get", Other, source: cache);
            var others = directory.GetFiles("*", SearchOption.AllDirectories).Length;

            Assert.That(await RunAsync("erase", $"https://{Host}/v1/", source: cache), Is.EqualTo((0, "")));
            Assert.That(directory.GetFiles("*", SearchOption.AllDirectories), Has.Length.EqualTo(others / 2));
            Assert.That(await RunAsync("erase", Host, source: cache), Is.EqualTo((0, "")), "nothing is left to remove");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Test]
    public async Task Erase_is_rejected_for_a_server_that_is_not_ECR() =>
        Assert.That(
            await RunAsync("erase", "https://index.docker.io/v1/"),
            Is.EqualTo((1, "\"https://index.docker.io/v1/\" is not an Amazon ECR registry host: nothing is stored for it\n")));

    [TestCase("")]
    [TestCase("get-credentials")]
    public async Task A_request_of_the_kubelet_is_reported_on_standard_error(string action)
    {
        var request = $$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"{{Host}}/app"}""";

        var (exitCode, output, error) = await RunWithErrorAsync(action, request);

        Assert.That((exitCode, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.StartWith($"{new ProgramOptions().Name}: received a request of the kubelet, ").And.EndsWith(Environment.NewLine));
    }

    [TestCase("store")]
    [TestCase("erase")]
    public async Task Store_and_erase_succeed_without_effect_if_storage_is_ignored(string action) =>
        Assert.That(await RunAsync(action, Host, ignoreStorage: true), Is.EqualTo((0, "")));

    [Test]
    public async Task Version_prints_the_name_and_version_of_the_program() =>
        Assert.That(
            await RunAsync("version", ""),
            Is.EqualTo((0, $"{new ProgramOptions().Name} (Ecr.Credentials) {typeof(EcrCredentialProvider).Assembly.GetName().Version!.ToString(3)}\n")));

    [TestCase("")]
    [TestCase("put")]
    [TestCase("GET")]
    public async Task An_unknown_action_is_rejected(string action) =>
        Assert.That(
            await RunAsync(action, Host),
            Is.EqualTo((1, $"unknown action \"{action}\": expected get, list, store, erase or version\n")));

    [TestCase(0)]
    [TestCase(61)]
    public void A_timeout_out_of_range_is_rejected(int seconds)
    {
        using var provider = EcrCredentialProvider.WithoutCache(new FakeTokenSource(Now));

        Assert.That(
            async () => await DockerCredentialHelperProgram.RunAsync(
                "get", Stream.Null, Stream.Null, TextWriter.Null, provider, options: new ProgramOptions { Timeout = TimeSpan.FromSeconds(seconds) }),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string action,
        string input,
        FakeTokenSource? tokens = null,
        EcrCredentialProviderOptions? options = null,
        FakeTimeProvider? time = null,
        bool ignoreStorage = false,
        IEcrTokenSource? source = null)
    {
        var (exitCode, output, error) = await RunWithErrorAsync(action, input, tokens, options, time, ignoreStorage, source);

        Assert.That(error, Is.Empty);
        return (exitCode, output);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunWithErrorAsync(
        string action,
        string input,
        FakeTokenSource? tokens = null,
        EcrCredentialProviderOptions? options = null,
        FakeTimeProvider? time = null,
        bool ignoreStorage = false,
        IEcrTokenSource? source = null,
        ListLogger? logger = null)
    {
        using var inputStream = new MemoryStream(Encoding.UTF8.GetBytes(input));
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var provider = EcrCredentialProvider.WithoutCache(source ?? tokens ?? new FakeTokenSource(Now.AddHours(12)), options, logger: logger);

        var exitCode = await DockerCredentialHelperProgram.RunAsync(
            action, inputStream, output, error, provider, ignoreStorage, new ProgramOptions { TimeProvider = time ?? TimeProvider.System });

        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("Broken pipe");
    }
}

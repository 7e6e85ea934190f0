using System.Diagnostics;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;

namespace Ecr.Credentials.Tests.Aws.Credentials.Profiles;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "The commands are for a POSIX shell.")]
public sealed class ProcessCredentialsTests : IDisposable
{
    private const string Answer = """{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"hunter2"}""";

    /// <summary>Far longer than killing a process takes.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    private readonly ProfileStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [TestCase(Answer, null)]
    [TestCase(
        """{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"hunter2","SessionToken":"token","Expiration":"2999-01-01T00:00:00Z","AccountId":"1"}""",
        "token")]
    [TestCase("""{ "Version": 1, "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "hunter2", "SessionToken": "" }""", null)]
    [TestCase("""{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"hunter2","Expiration":null}""", null)]
    [TestCase("\uFEFF" + Answer, null, Description = "a byte order mark")]
    public async Task Credentials_printed_by_the_command_are_returned(string answer, string? sessionToken)
    {
        var identity = await RunAsync($"echo '{answer}'");

        var credentials = identity.Credentials;
        Assert.That((credentials.AccessKey, credentials.SecretKey, credentials.Token), Is.EqualTo(("AKIAEXAMPLE", "hunter2", sessionToken ?? "")));
        Assert.That(identity.ToString(), Is.EqualTo("the access key ending in MPLE from the credential_process of the AWS profile \"node\""));
    }

    [Test]
    public async Task The_command_runs_in_a_shell_with_empty_standard_input() =>
        Assert.That((await RunAsync($"cat && printf '%s' '{Answer}' | cat")).Credentials.AccessKey, Is.EqualTo("AKIAEXAMPLE"));

    [Test]
    public async Task Large_output_on_standard_error_does_not_block_the_command() =>
        Assert.That((await RunAsync($"head -c 1000000 /dev/zero >&2; echo '{Answer}'")).Credentials.AccessKey, Is.EqualTo("AKIAEXAMPLE"));

    [TestCase("", "not JSON")]
    [TestCase("hunter2", "not JSON")]
    [TestCase("[]", "expected an object with \"Version\": 1")]
    [TestCase("""{"AccessKeyId":"a","SecretAccessKey":"hunter2"}""", "expected an object with \"Version\": 1")]
    [TestCase("""{"Version":"1","AccessKeyId":"a","SecretAccessKey":"hunter2"}""", "expected an object with \"Version\": 1")]
    [TestCase("""{"Version":2,"AccessKeyId":"a","SecretAccessKey":"hunter2"}""", "expected an object with \"Version\": 1")]
    [TestCase("""{"Version":1,"AccessKeyId":"a"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"Version":1,"SecretAccessKey":"hunter2"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"Version":1,"AccessKeyId":"a","SecretAccessKey":"hunter2","Expiration":"soon"}""", "Expiration is not a valid time")]
    [TestCase("""{"Version":1,"AccessKeyId":"a","SecretAccessKey":"hunter2","Expiration":""}""", "Expiration is not a valid time")]
    [TestCase("""{"Version":1,"AccessKeyId":"a","SecretAccessKey":"hunter2","Expiration":4070908800}""", "Expiration is not a valid time")]
    [TestCase("""{"Version":1,"AccessKeyId":"a","SecretAccessKey":"hunter2","Expiration":"2020-01-01T01:00:00+01:00"}""", "expired at 2020-01-01 00:00:00Z")]
    public Task Other_output_is_reported_without_repeating_it(string output, string why) =>
        AssertFailsAsync($"printf '%s' '{output}'", $"printed invalid credentials: {why}. See https://docs.aws.amazon.com/");

    [TestCase("echo hunter2; echo hunter2 >&2; exit 3", "failed with exit code 3. Run it as this user to see why")]
    [TestCase("hunter2", "failed with exit code 127 (command not found). Run it as this user")]
    [TestCase("/", "failed with exit code 126 (not executable). Run it as this user")]
    [TestCase(Answer, "failed with exit code 127")]
    public Task A_failure_is_reported_by_its_exit_code_and_not_by_what_was_written(string command, string message) => AssertFailsAsync(command, message);

    [Test]
    public async Task A_command_that_never_stops_printing_is_killed()
    {
        var witness = await WitnessAsync();

        await AssertFailsAsync(
            $"exec 9>'{witness.Path}'; echo started >&9; yes hunter2", "printed more than 64 KiB: it must print only the credentials, as JSON");
        await witness.SeeEndAsync();
    }

    [Test]
    public async Task Cancellation_kills_the_command_and_all_its_child_processes()
    {
        var witness = await WitnessAsync();
        using var cancellation = new CancellationTokenSource();
        var search = RunAsync($"trap '' TERM; exec 9>'{witness.Path}'; sleep 1000 & (sleep 1000; true) & echo started >&9; wait", cancellation.Token);
        await witness.SeeStartAsync();

        await cancellation.CancelAsync();

        await witness.SeeEndAsync();
        Assert.That(async () => await search, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_stage.Lookup.Progress.WaitingFor, Is.EqualTo("waiting for the credential_process of the AWS profile \"node\""));
    }

    [Test]
    public async Task Cancellation_ends_the_lookup_even_if_a_detached_process_holds_the_output_open()
    {
        var witness = await WitnessAsync();
        using var cancellation = new CancellationTokenSource();
        var search = RunAsync($"exec 9>'{witness.Path}'; (read line <'{witness.Release}') & echo started >&9", cancellation.Token);
        await witness.SeeStartAsync();

        await cancellation.CancelAsync();

        Assert.That(async () => await search.WaitAsync(LongEnough), Throws.InstanceOf<OperationCanceledException>());
        await File.WriteAllTextAsync(witness.Release, "go\n");
        await witness.SeeEndAsync();
    }

    [Test]
    public async Task An_already_canceled_lookup_starts_no_process()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var trace = Path.Combine(_stage.Home, "trace");

        Assert.That(async () => await RunAsync($"touch '{trace}'", cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists(trace), Is.False);
    }

    private Task<ResolvedCredentials> RunAsync(string command, CancellationToken cancellationToken = default) =>
        _stage.Process.GetAsync(command, ConfigSection.Profile("node"), _stage.Lookup, cancellationToken);

    private async Task AssertFailsAsync(string command, string message)
    {
        var exception = (await Assert.ThrowsAsync<EcrCredentialException>(() => RunAsync(command)))!;
        Assert.That(exception.Reason, Is.EqualTo(EcrCredentialErrorReason.NoAwsCredentials));
        Assert.That(exception.Message, Does.StartWith("the credential_process of the AWS profile \"node\" ").And.Contain(message));
        Assert.That(exception.ToString(), Does.Not.Contain("hunter2"));
    }

    private async Task<Witness> WitnessAsync() => new(await CreatePipeAsync("witness"), await CreatePipeAsync("release"));

    private async Task<string> CreatePipeAsync(string name)
    {
        var path = Path.Combine(_stage.Home, name);
        using var mkfifo = Process.Start("mkfifo", [path]);
        await mkfifo.WaitForExitAsync();
        return path;
    }

    /// <summary>A named pipe that every process of a command holds open. Reading it ends when the last of them exits.</summary>
    private sealed class Witness(string path, string release)
    {
        private readonly Task<StreamReader> _reader = Task.Run(() => new StreamReader(path));

        public string Path { get; } = path;

        /// <summary>A named pipe that a process can wait for.</summary>
        public string Release { get; } = release;

        public async Task SeeStartAsync() => Assert.That(await (await _reader).ReadLineAsync(), Is.EqualTo("started"));

        public async Task SeeEndAsync()
        {
            using var reader = await _reader;
            await reader.ReadToEndAsync().WaitAsync(LongEnough);
        }
    }
}

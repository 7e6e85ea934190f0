using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Passwords cached by one process for the next.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FileCacheTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    // The build output takes one second of CPU time to start.
    private static readonly int Crowd = ShimProgram.IsNamed ? 50 : 6;

    private string CacheDirectory => Path.Combine(Home, "passwords");

    private string[] Tokens => [.. Directory.GetFiles(CacheDirectory, "ecr-token-*").Where(path => Path.GetExtension(path).Length == 0)];

    [Test]
    public async Task Docker_calls_AWS_only_for_the_first_password()
    {
        var variables = Emulator.Environment(CredentialSource.InstanceMetadata);

        AssertPassword(await RunAsync(Host, variables, "docker", "get"));
        var calls = Emulator.Requests.Count;
        AssertPassword(await RunAsync($"https://{Host}/", variables, "docker", "get"));
        AssertPassword(await RunAsync("999999999999.dkr.ecr.eu-west-1.amazonaws.com", variables, "docker", "get"));

        Assert.That(Emulator.Requests, Has.Count.EqualTo(calls), "not even the metadata service must be called");
    }

    [Test]
    public async Task Another_identity_gets_a_separate_password()
    {
        AssertPassword(await RunAsync(Host, Emulator.Environment(), "docker", "get"));
        AssertPassword(await RunAsync(Host, Emulator.Environment(CredentialSource.SessionKey), "docker", "get"));

        Assert.That(
            TokenRequests.Select(request => request.AccessKeyId),
            Is.EqualTo(new[] { Emulator.StaticCredentials.AccessKeyId, Emulator.SessionCredentials.AccessKeyId }));
    }

    [Test]
    public async Task The_plugin_shares_passwords_in_a_directory()
    {
        AssertAnswer(await RunAsync(Request($"{Host}/one"), "--cache-dir", CacheDirectory));
        AssertAnswer(await RunAsync(Request($"{Host}/two"), $"--cache-dir={CacheDirectory}"));

        Assert.That(TokenRequests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_plugin_caches_no_password_without_a_directory()
    {
        AssertAnswer(await RunAsync(Request()));
        AssertAnswer(await RunAsync(Request()));

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
        Assert.That(Directory.GetFileSystemEntries(Home), Is.Empty);
    }

    [Test]
    public async Task A_login_gets_a_password_with_its_full_lifetime()
    {
        await RunAsync(Host, "docker", "get");
        await RunAsync("", "login-password", Host);

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [TestCase("docker", "get")]
    [TestCase("docker", "get", "--cache-dir", "/nowhere")]
    public async Task A_variable_disables_the_cache(params string[] arguments)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ECR_DISABLE_CACHE"] = "1" };

        AssertPassword(await RunAsync(Host, variables, arguments));

        Assert.That(Directory.GetFileSystemEntries(Home), Is.Empty);
    }

    [TestCase("AWS_ECR_CACHE_DIR", "{home}/passwords", "passwords")]
    [TestCase("AWS_ECR_CACHE_DIR", "~/passwords", "passwords")]
    [TestCase("AWS_ECR_CACHE_DIR", "", "ecr-credential-provider")]
    [TestCase("XDG_RUNTIME_DIR", "{home}", "ecr-credential-provider")]
    public async Task A_variable_sets_the_directory_for_docker(string variable, string value, string expected)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { [variable] = value.Replace("{home}", Home, StringComparison.Ordinal) };

        AssertPassword(await RunAsync(Host, variables, "docker", "get"));

        Assert.That(Directory.GetFiles(Path.Combine(Home, expected), "ecr-token-*"), Has.Length.EqualTo(2));
    }

    [TestCase("--cache-dir=", "invalid --cache-dir \"\": expected ")]
    [TestCase("--cache-dir=passwords", "invalid --cache-dir \"passwords\": expected ")]
    [TestCase("--cache-dir", "--cache-dir requires a value; see --help")]
    public async Task An_invalid_cache_directory_is_refused(string argument, string message) =>
        AssertFailure(await RunAsync(Request(), argument), 2, message);

    [Test]
    public async Task Concurrent_processes_share_one_AWS_call()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => GetAsync()));

        Assert.That(results.Select(result => result.Error), Is.All.Empty);
        Assert.That(results.Select(result => result.Output).Distinct().Count(), Is.EqualTo(1));
        AssertPassword(results[0]);
        Assert.That(TokenRequests, Has.Count.EqualTo(1));
        AssertDirectoryIsComplete();
    }

    [Test]
    public async Task A_waiting_process_takes_over_from_one_that_was_killed()
    {
        Emulator.Faults.Enqueue(Fault.Slow, AwsService.Ecr);
        using var killed = new CancellationTokenSource();
        var first = PluginProcess.RunAsync(
            ShimProgram.Path, Arguments, Complete(Emulator.Environment()), Encoding.UTF8.GetBytes(Host), cancellationToken: killed.Token);
        await Emulator.WaitForRequestAsync(request => request.Service is AwsService.Ecr);
        var others = Enumerable.Range(0, Crowd).Select(_ => GetAsync()).ToArray();

        await killed.CancelAsync();

        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        foreach (var result in await Task.WhenAll(others))
        {
            AssertPassword(result);
        }

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
        AssertDirectoryIsComplete();
    }

    [TestCase(-13, TestName = "An_expired_password_is_not_returned_even_if_AWS_fails")]
    [TestCase(1, TestName = "A_password_dated_in_the_future_is_not_returned_even_if_AWS_fails")]
    public async Task A_password_is_not_used_outside_its_lifetime(int hours)
    {
        AssertPassword(await GetAsync());
        MoveClockOfToken(TimeSpan.FromHours(hours));
        Emulator.Faults.Enqueue(Fault.AccessDenied, AwsService.Ecr);

        var failed = await GetAsync();

        Assert.That((failed.ExitCode, failed.Output), Is.EqualTo((1, "credentials not found in native keychain\n")));
        Assert.That(failed.Error, Does.StartWith("ecr-credential-provider: AWS denied access"));
        AssertPassword(await GetAsync());
        AssertPassword(await GetAsync());
        Assert.That(TokenRequests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_cached_password_is_used_in_the_second_half_of_its_lifetime_if_AWS_fails()
    {
        AssertPassword(await GetAsync());
        MoveClockOfToken(TimeSpan.FromHours(-7));
        Emulator.Faults.Always(Fault.AccessDenied, AwsService.Ecr);

        AssertPassword(await GetAsync());
        AssertPassword(await GetAsync());

        Assert.That(TokenRequests, Has.Count.EqualTo(2), "the second process must not retry so soon");
    }

    [TestCase("")]
    [TestCase("ecr-credential-provider token 1\n")]
    [TestCase("{}")]
    public async Task A_damaged_file_is_replaced(string content)
    {
        AssertPassword(await GetAsync());
        await File.WriteAllTextAsync(Tokens.Single(), content);

        AssertPassword(await GetAsync());
        AssertPassword(await GetAsync());

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task The_reason_for_an_unused_cache_is_logged()
    {
        Directory.CreateDirectory(CacheDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        File.SetUnixFileMode(CacheDirectory, File.GetUnixFileMode(CacheDirectory) | UnixFileMode.OtherWrite);

        var quiet = await GetAsync();
        var verbose = await RunAsync(Host, [.. Arguments, "-v"]);

        AssertPassword(quiet);
        Assert.That(verbose.Error, Does.Contain($"Not caching passwords: {CacheDirectory} is not private."));
        Assert.That(Directory.GetFileSystemEntries(CacheDirectory), Is.Empty);
    }

    [Test]
    public async Task Verbose_output_says_where_a_password_was_put_and_read_from()
    {
        var first = await RunAsync(Host, [.. Arguments, "-v"]);
        var second = await RunAsync(Host, [.. Arguments, "-v"]);

        Assert.That(first.Error, Does.Contain($"Cached the password in {Tokens.Single()}, which expires at "));
        Assert.That(second.Error, Does.Contain($"Using the cached password in {Tokens.Single()}, which expires at "));
        AssertNoSecret(first.Error + second.Error);
    }

    [TestCase("/")]
    [TestCase("relative")]
    [TestCase("{home}/missing")]
    public async Task Verbose_output_says_why_the_runtime_directory_is_not_used(string directory)
    {
        directory = directory.Replace("{home}", Home, StringComparison.Ordinal);
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["XDG_RUNTIME_DIR"] = directory,
            ["AWS_ACCESS_KEY_ID"] = "AKIAUNKNOWN",
        };

        var result = await RunAsync(Host, variables, "docker", "get", "-v");

        Assert.That(result.Error, Does.Contain($"Not using XDG_RUNTIME_DIR: \"{directory}\" is not a directory owned by the current user with mode 0700"));
        Assert.That((await RunAsync(Host, variables, "docker", "get")).Error, Does.Not.Contain("XDG_RUNTIME_DIR"));
    }

    [Test]
    public async Task What_is_cached_can_be_shown_and_cleared()
    {
        string[] directory = ["--cache-dir", CacheDirectory];
        Assert.That((await RunAsync("", ["cache", "show", .. directory])).Output, Is.EqualTo($"no cached passwords in {CacheDirectory}\n"));
        await GetAsync();

        var shown = await RunAsync("", ["cache", "show", .. directory]);
        var cleared = await RunAsync("", ["cache", "clear", .. directory]);

        Assert.That((shown.ExitCode, shown.Error), Is.EqualTo((0, "")));
        Assert.That(shown.Output, Does.Match($@"^eu-west-1 private, default, expires [0-9-]+ [0-9:]+Z: {CacheDirectory}/ecr-token-[0-9a-f]+\n$"));
        AssertNoSecret(shown.Output);
        Assert.That((cleared.ExitCode, cleared.Output, cleared.Error), Is.EqualTo((0, $"removed 1 cached passwords from {CacheDirectory}\n", "")));
        Assert.That(Directory.GetFiles(CacheDirectory), Is.Empty);
    }

    [TestCase("cache")]
    [TestCase("cache", "list")]
    public async Task An_unknown_action_on_the_cache_is_refused(params string[] arguments) =>
        AssertFailure(await RunAsync("", arguments), 2, "expected show or clear");

    [Test]
    [Platform("Linux")]
    [Requires(Requirement.NativeExecutable)]
    public async Task The_limit_of_the_file_size_costs_the_cache_and_not_the_credential()
    {
        var result = new ShimResult(await PluginProcess.RunAsync(
            "/bin/bash",
            ["-c", "ulimit -f 0; exec \"$@\"", "bash", ShimProgram.Path, .. Arguments, "-v"],
            Complete(Emulator.Environment()),
            Encoding.UTF8.GetBytes(Host)));

        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(result.Output, Does.Contain(Emulator.Token));
        Assert.That(result.Error, Does.Contain("Failed to cache the password in ").And.Contain("too large"));
        Assert.That(Directory.GetFiles(CacheDirectory).Select(Path.GetExtension), Is.EqualTo(new[] { ".lock" }));
    }

    [Test]
    [Platform("Linux")]
    public async Task Created_directories_are_private_whatever_the_umask_is()
    {
        var directory = Path.Combine(Home, "one", "two", "three");

        var result = new ShimResult(await PluginProcess.RunAsync(
            "/bin/bash",
            ["-c", "umask 0; exec \"$@\"", "bash", ShimProgram.Path, "docker", "get", "--cache-dir", directory],
            Complete(Emulator.Environment()),
            Encoding.UTF8.GetBytes(Host)));

        AssertPassword(result);
        for (var created = directory; created != Home; created = Path.GetDirectoryName(created)!)
        {
            Assert.That(
                File.GetUnixFileMode(created), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), created);
        }
    }

    private string[] Arguments => ["docker", "get", "--cache-dir", CacheDirectory];

    private Task<ShimResult> GetAsync() => RunAsync(Host, Arguments);

    private void AssertPassword(ShimResult result)
    {
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")), result.Output);
        Assert.That(result.Output, Does.Contain($"\"Secret\":\"{Emulator.Token}\""));
    }

    private void AssertDirectoryIsComplete()
    {
        Assert.That(Directory.GetFileSystemEntries(CacheDirectory), Is.EquivalentTo(new[] { Tokens.Single(), Tokens.Single() + ".lock" }));
        Assert.That(File.ReadAllText(Tokens.Single()), Does.Contain(Emulator.Token));
    }

    // As if it had been written with a clock that is off by that much.
    private void MoveClockOfToken(TimeSpan by)
    {
        var lines = File.ReadAllLines(Tokens.Single());
        foreach (var time in (int[])[2, 3, 4])
        {
            lines[time] = (long.Parse(lines[time], CultureInfo.InvariantCulture) + (long)by.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        var text = string.Concat(lines[..^1].Select(line => line + '\n'));
        File.WriteAllText(Tokens.Single(), string.Create(CultureInfo.InvariantCulture, $"{text}{Hash(text):x16}\n"));
    }

    // FNV-1a over UTF-16.
    private static ulong Hash(string text) =>
        Encoding.Unicode.GetBytes(text).Aggregate(0xcbf29ce484222325, (hash, value) => unchecked((hash ^ value) * 0x100000001b3));
}

using System.Text;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Limits, signals and places that a parent may leave to the process end in a credential, or in one line and an exit code.</summary>
[Platform("Linux")]
[Requires(Requirement.NativeExecutable)]
public sealed class ProcessLimitTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private static int _lastUser = 1_234_567;

    [Test]
    public async Task A_limit_of_open_files_is_no_stack_trace([Values(5, 6, 7, 8, 12)] int limit, [Values("", "docker get")] string arguments)
    {
        var result = await RunShellAsync($"ulimit -n {limit}; exec \"$0\" {arguments}", arguments.Length > 0 ? Host : Request());

        AssertCredentialOrOneLine(result);
    }

    [TestCase("-v 100000")]
    [TestCase("-v 150000")]
    [TestCase("-v 400000")]
    [TestCase("-s 128")]
    [TestCase("-c 0")]
    [TestCase("-f 0")]
    [TestCase("-l 0")]
    public async Task A_limit_of_memory_or_files_is_no_stack_trace(string limit)
    {
        var result = await RunShellAsync($"ulimit {limit}; exec \"$0\" --cache-dir=\"$PWD/cache\"");

        AssertCredentialOrOneLine(result);
    }

    [Test]
    [Requires(Requirement.PrivilegedLinux)]
    public async Task A_limit_of_threads_is_no_stack_trace([Values(2, 3, 4, 5, 6, 8, 12)] int limit, [Values("", "docker get")] string arguments)
    {
        // The limit is for all processes of a user, and root is exempt from it.
        var user = Interlocked.Increment(ref _lastUser);
        var result = await RunShellAsync(
            $"chmod 755 .; cp \"$0\" copy; exec prlimit --nproc={limit} setpriv --reuid={user} --clear-groups ./copy {arguments}",
            arguments.Length > 0 ? Host : Request());

        AssertCredentialOrOneLine(result);
    }

    [Test]
    [Requires(Requirement.PrivilegedLinux)]
    public async Task Without_devices_random_numbers_come_from_the_kernel()
    {
        var result = await RunShellAsync(
            "exec unshare --mount /bin/sh -c 'mount -t tmpfs none /dev && mknod -m 0666 /dev/null c 1 3 && exec \"$0\"' \"$0\"", Request());

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.Contain(Emulator.Token));
    }

    [Test]
    public async Task A_working_directory_that_was_deleted_is_not_needed([Values("", "docker get")] string arguments)
    {
        var result = await RunShellAsync(
            $"mkdir gone; cd gone; rmdir ../gone; exec \"$0\" {arguments}", arguments.Length > 0 ? Host : Request());

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.Contain(Emulator.Token));
    }

    [TestCase("AWS_CONFIG_FILE")]
    [TestCase("AWS_SHARED_CREDENTIALS_FILE")]
    [TestCase("AWS_CA_BUNDLE")]
    [TestCase("AWS_WEB_IDENTITY_TOKEN_FILE")]
    public async Task A_relative_path_is_refused_also_where_the_working_directory_was_deleted(string variable)
    {
        var result = await RunShellAsync(
            $"mkdir gone; cd gone; rmdir ../gone; export AWS_ROLE_ARN=arn:aws:iam::123456789012:role/pull {variable}=relative; exec \"$0\"",
            variables: Emulator.Environment(CredentialSource.None));

        AssertFailure(result, 2, "\"relative\"");
        Assert.That(result.Error, Does.Contain("absolute"));
    }

    [TestCase("TERM")]
    [TestCase("INT")]
    public async Task A_signal_ends_the_process_and_its_children_at_once(string signal)
    {
        var pidFile = Path.Combine(Home, "pid");
        var config = WriteFile("config", $"[default]\ncredential_process = sleep 1000 & echo $! >'{pidFile}.new'; mv '{pidFile}.new' '{pidFile}'; wait\n");
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None)) { ["AWS_CONFIG_FILE"] = config };

        // A shell without job control lets its background processes ignore SIGINT, so the process is in the foreground.
        var result = await RunShellAsync(
            $"( until [ -e '{pidFile}' ]; do :; done; kill -{signal} $$ ) & exec \"$0\" --timeout=40s", variables: variables);

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Duration, Is.LessThan(TimeSpan.FromSeconds(20)));
        Assert.That(result.Error, Does.Not.Contain("   at "));
        Assert.That(IsRunning((await File.ReadAllTextAsync(pidFile)).Trim()), Is.False);
    }

    // A zombie remains in the process table until its new parent reaps it.
    private static bool IsRunning(string pid)
    {
        var status = $"/proc/{pid}/status";
        return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal);
    }

    private void AssertCredentialOrOneLine(ShimResult result)
    {
        if (result.ExitCode == 0)
        {
            Assert.That(result.Output, Does.Contain(Emulator.Token));
            return;
        }

        Assert.That(result.ExitCode, Is.EqualTo(1));

        // An executable that loads the system's OpenSSL says on a line of its own that it cannot.
        var error = result.Error.Replace("No usable version of libssl was found\n", "", StringComparison.Ordinal);
        Assert.That(error, Does.Not.Contain('\n').And.Not.Contain("Unhandled").And.Not.Contain("   at "));
        Assert.That(result.Output, Is.Empty.Or.EqualTo("credentials not found in native keychain\n"));
    }

    private async Task<ShimResult> RunShellAsync(string script, string? input = null, IReadOnlyDictionary<string, string>? variables = null) =>
        new(await PluginProcess.RunAsync(
            "/bin/bash",
            ["-c", $"cd '{Home}'; {script}", Path.GetFullPath(ShimProgram.Path)],
            Complete(variables ?? Emulator.Environment()),
            Encoding.UTF8.GetBytes(input ?? Request())));
}

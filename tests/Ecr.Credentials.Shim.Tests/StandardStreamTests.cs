using System.Text;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Standard streams that are full, closed or opened in the wrong mode end in an exit code and at most one line, never a stack trace.</summary>
[Platform("Linux")]
public sealed class StandardStreamTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private const string NotFound = "credentials not found in native keychain";
    private const string BadDescriptor = "ecr-credential-provider: standard input or output failed: Bad file descriptor";
    private const string NoSpace = "ecr-credential-provider: standard input or output failed: No space left on device";

    [TestCase("docker get", "2>&1 >/dev/full", 1, NoSpace)]
    [TestCase("docker get", "2>&1 1</dev/null", 1, BadDescriptor)]
    [TestCase("docker get", "2>&1 1>&-", 1, BadDescriptor)]
    [TestCase("docker get", "2>&1 0>/dev/null", 1, BadDescriptor + NotFound + "\n")]
    [TestCase("docker get", "2>&1 0<&-", 1, BadDescriptor + NotFound + "\n")]
    [TestCase("docker get", "2>&1 </", 1, "ecr-credential-provider: standard input or output failed: Is a directory" + NotFound + "\n")]
    [TestCase("docker get", "2</dev/null", 0, "{\"ServerURL\"...")]
    [TestCase("docker get", "2>&-", 0, "{\"ServerURL\"...")]
    [TestCase("docker get", "0<&- 2>&-", 1, NotFound + "\n")]
    [TestCase("docker get", "0<&- 1>&- 2>&-", 1, "")]
    [TestCase("login-password " + Host, "2>&1 >/dev/full", 1, NoSpace)]
    [TestCase("login-password " + Host, "2>&1 1</dev/null", 1, BadDescriptor)]
    [TestCase("login-password www.example.com", "2</dev/null", 2, "")]
    [TestCase("", "2>&1 1</dev/null", 1, BadDescriptor)]
    [TestCase("", "2>&1 0<&-", 1, BadDescriptor)]
    [TestCase("--cache-dir=$PWD/cache -v", "2>&-", 0, "{...")]
    [TestCase("--cache-dir=$PWD/cache -v", "0<&- 2>&-", 1, "")]
    [TestCase("--cache-dir=$PWD/cache -v", "1>&- 2>&-", 1, "")]
    [TestCase("", "</dev/null 2</dev/null", 2, "")]
    [TestCase("-v", "2</dev/null", 0, "{...")]
    [TestCase("-v", "2>/dev/full", 0, "{...")]
    [TestCase("--version", ">/dev/full", 1, "")]
    [TestCase("--version", "1>&-", 1, "")]
    [TestCase("--help", "1</dev/null", 1, "")]
    [TestCase("--bad", "2>&-", 2, "")]
    public async Task An_unusable_stream_ends_in_an_exit_code(string arguments, string redirection, int exitCode, string output)
    {
        if (redirection.Contains("&-", StringComparison.Ordinal) && !ShimProgram.IsNamed)
        {
            Assert.Ignore("requires NativeExecutable: the .NET host uses a closed descriptor before the program starts");
        }

        var result = await RunShellAsync(
            $"exec \"$0\" {arguments} {redirection}", arguments.StartsWith("docker", StringComparison.Ordinal) ? Host : Request());

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((exitCode, "")));
        Assert.That(result.Output, output.EndsWith("...", StringComparison.Ordinal) ? Does.StartWith(output[..^3]) : Is.EqualTo(output));
        if (Directory.Exists(Path.Combine(Home, "cache")))
        {
            Assert.That(Directory.GetFiles(Path.Combine(Home, "cache"), "*.lock").Select(path => new FileInfo(path).Length), Is.All.Zero);
        }
    }

    [Test]
    public async Task A_closed_pipe_is_a_failure()
    {
        var result = await RunShellAsync("mkfifo pipe; exec 3<>pipe 4>pipe; exec 3>&-; \"$0\" docker get >&4");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, "ecr-credential-provider: standard input or output failed: Broken pipe")));
    }

    [TestCase("docker get --timeout=2s", "", Host, NotFound + "\n", "waiting for the end of standard input")]
    [TestCase("docker store --timeout=2s", "", Host, "timed out after 2s: waiting for the end of standard input. ...", null)]
    [TestCase("docker erase --timeout=2s", "", Host, "timed out after 2s: waiting for the end of standard input. ...", null)]
    [TestCase("--timeout=2s", "", "", "", "waiting for the end of standard input")]
    [TestCase("docker get --timeout=2s", ">full", null, null, "waiting for a reader of standard output")]
    [TestCase("docker list --timeout=2s", ">full", null, null, "waiting for a reader of standard output")]
    [TestCase("--timeout=2s", ">full", null, null, "waiting for a reader of standard output")]
    [TestCase("login-password " + Host + " --timeout=2s", ">full", null, null, "waiting for a reader of standard output")]
    [TestCase("--timeout=2s --help", ">full", null, null, "waiting for the operating system: standard input or output")]
    [TestCase("docker get --timeout=2s", ">full 2>&1", null, null, null)]
    [TestCase("--timeout=2s", ">full 2>&1", null, null, null)]
    public async Task A_stream_that_blocks_is_left_behind_at_the_deadline(
        string arguments, string redirection, string? openInput, string? output, string? waitingFor)
    {
        // Both ends of the pipes are open: input never ends, and output that fills the pipe is never read.
        var input = openInput is null ? "<request" : "<&3";
        WriteFile("request", arguments.StartsWith("docker", StringComparison.Ordinal) ? Host : Request());

        var result = await RunShellAsync(
            $"mkfifo open full; exec 3<>open 4<>full; printf '%s' '{openInput}' >&3; head -c 65536 /dev/zero >&4; "
                + $"exec \"$0\" {arguments} {input} {redirection.Replace(">full", ">&4", StringComparison.Ordinal)}");

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Duration, Is.LessThan(TimeSpan.FromSeconds(2 + 5)));
        Assert.That(result.Error, waitingFor is null ? Is.Empty : Does.StartWith($"ecr-credential-provider: timed out after 2s: {waitingFor}"));
        Assert.That(result.Error, Does.Not.Contain('\n'));
        Assert.That(
            result.Output,
            output?.EndsWith("...", StringComparison.Ordinal) == true ? Does.StartWith(output[..^3]) : Is.EqualTo(output ?? ""));
    }

    [TestCase("docker get -v")]
    [TestCase("-v")]
    public async Task A_full_standard_error_does_not_keep_the_credential(string arguments)
    {
        WriteFile("request", arguments.StartsWith("docker", StringComparison.Ordinal) ? Host : Request());

        var result = await RunShellAsync($"mkfifo full; exec 4<>full; head -c 65536 /dev/zero >&4; exec \"$0\" {arguments} <request 2>&4");

        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(result.Output, Does.Contain(Emulator.Token));
    }

    [Test]
    public async Task Lines_on_standard_error_are_separated_and_the_last_one_has_no_line_feed()
    {
        var result = await RunAsync(Request("www.example.com"), "--cache-dir=relative", "-v");
        var verbose = await RunAsync(Request(), "-v");

        Assert.That(result.Error, Does.Not.EndWith("\n"));
        Assert.That(verbose.Error.Split('\n'), Has.Length.GreaterThan(2).And.All.StartsWith("ecr-credential-provider: "));
    }

    [Test]
    public async Task Output_is_appended_at_the_current_file_offset()
    {
        var result = await RunShellAsync("{ echo before; \"$0\" docker get; echo after; } >out; cat out");

        Assert.That(result.Output, Does.StartWith("before\n{\"ServerURL\"").And.EndWith("}\nafter\n"));
    }

    private async Task<ShimResult> RunShellAsync(string script, string input = Host) =>
        new(await PluginProcess.RunAsync(
            "/bin/bash", ["-c", $"cd '{Home}'; {script}", ShimProgram.Path], Complete(Emulator.Environment()), Encoding.UTF8.GetBytes(input)));
}

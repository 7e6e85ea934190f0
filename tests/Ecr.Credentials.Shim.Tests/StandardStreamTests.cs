using System.Text;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Standard streams that are full, closed or opened in the wrong mode end in an exit code and at most one line, never a stack trace.</summary>
/// <remarks>A wrong mode fails like a closed stream, whose descriptor the runtime might reuse before the program starts.</remarks>
[Platform("Linux")]
public sealed class StandardStreamTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [TestCase("docker get", ">/dev/full", 1, "")]
    [TestCase("docker get", "1</dev/null", 1, "")]
    [TestCase("docker get", "0>/dev/null", 1, "standard input or output failed: Bad file descriptor\n")]
    [TestCase("docker get", "</", 1, "standard input or output failed: Is a directory\n")]
    [TestCase("docker get", "2</dev/null", 0, "{\"ServerURL\"")]
    [TestCase("login-password " + Host, "2>&1 >/dev/full", 1, "ecr-credential-provider: standard input or output failed: No space left on device\n")]
    [TestCase("login-password " + Host, "2>&1 1</dev/null", 1, "ecr-credential-provider: standard input or output failed: Bad file descriptor\n")]
    [TestCase("login-password www.example.com", "2</dev/null", 2, "")]
    [TestCase("", "2>&1 1</dev/null", 1, "ecr-credential-provider: standard input or output failed: Bad file descriptor\n")]
    [TestCase("", "</dev/null 2</dev/null", 2, "")]
    [TestCase("-v", "2</dev/null", 0, "{")]
    [TestCase("-v", "2>/dev/full", 0, "{")]
    [TestCase("--version", ">/dev/full", 1, "")]
    [TestCase("--version", "1</dev/null", 1, "")]
    [TestCase("--help", "1</dev/null", 1, "")]
    [TestCase("--bad", "2</dev/null", 2, "")]
    public async Task An_unusable_stream_ends_in_an_exit_code(string arguments, string redirection, int exitCode, string output)
    {
        var result = await RunShellAsync(
            $"exec \"$0\" {arguments} {redirection}", arguments.StartsWith("docker", StringComparison.Ordinal) ? Host : Request());

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((exitCode, "")));
        Assert.That(result.Output, output.EndsWith('\n') || output.Length == 0 ? Is.EqualTo(output) : Does.StartWith(output));
    }

    [Test]
    public async Task A_closed_pipe_ends_the_program_without_a_message()
    {
        var result = await RunShellAsync("mkfifo pipe; exec 3<>pipe 4>pipe; exec 3>&-; \"$0\" docker get >&4");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task Output_is_appended_at_the_current_file_offset()
    {
        var result = await RunShellAsync("{ echo before; \"$0\" docker get; echo after; } >out; cat out");

        Assert.That(result.Output, Does.StartWith("before\n{\"ServerURL\"").And.EndWith("}\nafter\n"));
    }

    private async Task<ShimResult> RunShellAsync(string script, string input = Host) =>
        new(await PluginProcess.RunAsync(
            "/bin/sh", ["-c", $"cd '{Home}'; {script}", ShimProgram.Path], Complete(Emulator.Environment()), Encoding.UTF8.GetBytes(input)));
}

using System.ComponentModel;
using System.Text;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

/// <summary>Uses the emulator's program and the system's shell as plugins.</summary>
[TestFixture]
public sealed class PluginProcessTests
{
    private static readonly string EmulatorProgram =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Ecr.Emulator.exe" : "Ecr.Emulator");

    private DirectoryInfo _home = null!;

    [SetUp]
    public void CreateHome() => _home = Directory.CreateTempSubdirectory();

    [TearDown]
    public void DeleteHome() => _home.Delete(recursive: true);

    [Test]
    public async Task RunAsync_returns_exit_code_and_both_outputs()
    {
        var help = await RunAsync(EmulatorProgram, "--help");
        var refused = await RunAsync(EmulatorProgram, "unheard-of");

        Assert.Multiple(() =>
        {
            Assert.That(help.ExitCode, Is.Zero);
            Assert.That(Encoding.UTF8.GetString(help.StandardOutput.Span), Does.StartWith("AWS on the loopback interface"));
            Assert.That(help.StandardError, Is.Empty);
            Assert.That(help.TimedOut, Is.False);
            Assert.That(help.Duration, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(refused.ExitCode, Is.EqualTo(2));
            Assert.That(refused.StandardOutput.Length, Is.Zero);
            Assert.That(refused.StandardError.TrimEnd(), Is.EqualTo("Ecr.Emulator: unknown arguments 'unheard-of'. See --help."));
        });
    }

    [Test]
    public async Task RunAsync_passes_the_input_and_then_the_end_of_file()
    {
        var (shell, arguments) = OperatingSystem.IsWindows() ? ("cmd.exe", new[] { "/c", "findstr ." }) : ("/bin/sh", new[] { "-c", "cat" });

        var result = await PluginProcess.RunAsync(shell, arguments, ShimProgram.MinimalEnvironment(_home.FullName), "one line\n"u8.ToArray());

        Assert.That(Encoding.UTF8.GetString(result.StandardOutput.Span).TrimEnd(), Is.EqualTo("one line"));
        Assert.That(result.TimedOut, Is.False);
    }

    [Test]
    public async Task RunAsync_tolerates_a_plugin_that_does_not_read_its_input()
    {
        var result = await PluginProcess.RunAsync(EmulatorProgram, ["--help"], ShimProgram.MinimalEnvironment(_home.FullName), new byte[1024 * 1024]);

        Assert.That(result.ExitCode, Is.Zero);
    }

    [Test]
    public async Task RunAsync_passes_only_the_given_environment()
    {
        var (shell, arguments) = OperatingSystem.IsWindows() ? ("cmd.exe", new[] { "/c", "set" }) : ("/bin/sh", new[] { "-c", "env" });
        var environment = ShimProgram.MinimalEnvironment(_home.FullName);
        environment["PLUGIN_TEST"] = "a value";

        var result = await PluginProcess.RunAsync(shell, arguments, environment, ReadOnlyMemory<byte>.Empty);
        var names = Encoding.UTF8.GetString(result.StandardOutput.Span).Split('\n').Select(line => line.Split('=')[0]).ToArray();

        Assert.That(names, Does.Contain("PLUGIN_TEST").And.Contain("HOME"));
        Assert.That(
            names.Count(Environment.GetEnvironmentVariables().Keys.Cast<string>().Except(environment.Keys).Except(["PWD", "SHLVL", "_"]).Contains), Is.Zero);
    }

    [Test]
    public async Task RunAsync_kills_the_process_after_the_timeout()
    {
        var result = await PluginProcess.RunAsync(
            EmulatorProgram, ["serve"], ShimProgram.MinimalEnvironment(_home.FullName), ReadOnlyMemory<byte>.Empty, TimeSpan.FromMilliseconds(200));

        Assert.That(result.TimedOut, Is.True);
        Assert.That(result.ExitCode, Is.Not.Zero);
    }

    [Test]
    public Task RunAsync_throws_if_the_executable_does_not_exist() => Assert.ThatAsync(
        () => RunAsync(Path.Combine(_home.FullName, "missing")), Throws.InstanceOf<Win32Exception>());

    [Test]
    public async Task Try_reports_a_plugin_that_cannot_be_started()
    {
        var environment = ShimProgram.MinimalEnvironment(_home.FullName);
        environment[ShimProgram.PathVariable] = Path.Combine(_home.FullName, "missing");

        var result = await PluginProcess.RunAsync(EmulatorProgram, ["try"], environment, ReadOnlyMemory<byte>.Empty);

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(Encoding.UTF8.GetString(result.StandardOutput.Span), Does.Contain("cannot start ").And.Contain("Build the solution"));
    }

    private Task<PluginResult> RunAsync(string path, params string[] arguments) =>
        PluginProcess.RunAsync(path, arguments, ShimProgram.MinimalEnvironment(_home.FullName), ReadOnlyMemory<byte>.Empty);
}

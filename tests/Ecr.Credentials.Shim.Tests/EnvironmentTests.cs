using System.Text;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Whatever else is in the environment, the credential comes out.</summary>
[Platform("Linux")]
[Requires(Requirement.NativeExecutable)]
public sealed class EnvironmentTests : ShimFixture
{
    private const string Many = "for ((i = 0; i < 5000; i++)); do export \"VARIABLE_$i=$i\"; done; ";

    [TestCase("LANG=tr_TR.UTF-8")]
    [TestCase("LC_ALL=xx_YY.ISO-8859-1")]
    [TestCase("LC_ALL=/dev/zero")]
    [TestCase("TZ=/dev/zero")]
    [TestCase("TZ=:/dev/zero")]
    [TestCase("TZ=$PWD/pipe")]
    [TestCase("TZ=../../../../dev/zero")]
    [TestCase("TZ=Antarctica/Troll")]
    [TestCase("TZ=")]
    [TestCase("TZDIR=/dev")]
    [TestCase("TERM=")]
    [TestCase("COLUMNS=-1")]
    [TestCase("PATH=")]
    [TestCase("TMPDIR=/nowhere")]
    [TestCase("PWD=/nowhere")]
    [TestCase("OPENSSL_CONF=/dev/zero")]
    [TestCase("OPENSSL_MODULES=/tmp")]
    [TestCase("RES_OPTIONS='timeout:999999 attempts:999999'")]
    [TestCase("HOSTALIASES=/dev/zero")]
    [TestCase("DOTNET_gcServer=1")]
    [TestCase("DOTNET_PROCESSOR_COUNT=100000")]
    [TestCase("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0")]
    [TestCase("DOTNET_EnableEventPipe=1")]
    [TestCase("DOTNET_ThreadPool_ForceMaxWorkerThreads=1")]
    [TestCase("AWS_UNKNOWN=$'\\xff\\xfe'")]
    [TestCase("AWS_UNKNOWN=$(head -c 100000 /dev/zero | tr '\\0' x)")]
    public async Task A_variable_changes_nothing(string assignment) => AssertAnswer(await RunShellAsync($"exec env {assignment} \"$0\""));

    [TestCase(Many + "exec \"$0\"")]
    [TestCase("exec -a '' \"$0\"")]
    [TestCase("exec -a /dev/null \"$0\"")]
    [TestCase("exec -a $'\\xff' \"$0\"")]
    [TestCase("umask 777; exec \"$0\"")]
    [TestCase("cd /; exec \"$0\"")]
    [TestCase("cd /proc/self; exec \"$0\"")]
    public async Task A_way_of_starting_changes_nothing(string command) => AssertAnswer(await RunShellAsync(command));

    [TestCase("HOME")]
    [TestCase("AWS_PROFILE")]
    [TestCase("AWS_CONFIG_FILE")]
    [TestCase("AWS_REGION")]
    [TestCase("AWS_ENDPOINT_URL")]
    [TestCase("HTTPS_PROXY")]
    [TestCase("AWS_CONTAINER_CREDENTIALS_FULL_URI")]
    [TestCase("AWS_MAX_ATTEMPTS")]
    public async Task A_setting_that_is_not_text_ends_in_one_line_or_has_no_effect(string variable)
    {
        foreach (var value in (string[])["$'\\xff\\e[2J'", "$'\\xe2\\x80\\xaex'", "$(head -c 100000 /dev/zero | tr '\\0' x)", "$'\\r\\n'"])
        {
            var result = await RunShellAsync($"export {variable}={value}; exec \"$0\" --timeout=10s", CredentialSource.None);

            Assert.That(result.ExitCode, Is.InRange(0, 2));
            Assert.That(result.Error, Does.Not.Match(@"[\p{Cc}\p{Cf}]").And.Length.LessThan(1500));
            Assert.That(result.Error, result.ExitCode == 0 ? Is.Empty : Does.StartWith("ecr-credential-provider: ").And.Not.Contains("unexpected error"));
        }
    }

    [Test]
    public async Task Nothing_at_all_in_the_environment_ends_in_one_line() =>
        AssertFailure(
            await RunShellAsync("exec env -i AWS_EC2_METADATA_DISABLED=true \"$0\""),
            1,
            "no AWS credentials found: AWS_ACCESS_KEY_ID is not set; ");

    private async Task<ShimResult> RunShellAsync(string script, CredentialSource source = CredentialSource.StaticKey) =>
        new(await PluginProcess.RunAsync(
            "/bin/bash",
            ["-c", $"cd '{Home}'; [ -e pipe ] || mkfifo pipe; {script}", Path.GetFullPath(ShimProgram.Path)],
            Complete(Emulator.Environment(source)),
            Encoding.UTF8.GetBytes(Request())));
}

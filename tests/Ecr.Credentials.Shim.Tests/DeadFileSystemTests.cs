using System.Runtime.InteropServices;
using Ecr.Credentials.Shim.Tests.Identities;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>A file that cannot be opened, as on a network file system whose server is gone, is left behind at the deadline.</summary>
/// <remarks>
/// A lease keeps every other process from opening the file: <see href="https://man7.org/linux/man-pages/man2/fcntl.2.html"/>. The system ends it after 45 s.
/// </remarks>
[Platform("Linux")]
[Requires(Requirement.NativeExecutable)]
public sealed class DeadFileSystemTests : ShimFixture
{
    private const string Timeout = "--timeout=1s";
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    // The deadline, the time in which an exchange says what it waited for, and the start of a process on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1 + 5);

    private const int SetSignal = 10; // F_SETSIG
    private const int SetLease = 1024; // F_SETLEASE
    private const int WriteLease = 1; // F_WRLCK
    private const int Urgent = 23; // SIGURG, which is ignored: the signal that a lease must end would end this process

    [TestCase("AWS_CONFIG_FILE")]
    [TestCase("AWS_SHARED_CREDENTIALS_FILE")]
    [TestCase("AWS_WEB_IDENTITY_TOKEN_FILE")]
    [TestCase("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")]
    [TestCase("AWS_CA_BUNDLE")]
    [TestCase("SSL_CERT_FILE")]
    public async Task A_file_that_a_variable_names_is_left_behind(string variable)
    {
        var isTrust = variable is "AWS_CA_BUNDLE" or "SSL_CERT_FILE";
        var variables = new Dictionary<string, string>(Emulator.Environment(isTrust ? CredentialSource.StaticKey : CredentialSource.None))
        {
            ["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/pull",
            [variable] = WriteFile("file", "x"),
        };
        if (isTrust)
        {
            variables["AWS_ENDPOINT_URL"] = Emulator.HttpsAddress.AbsoluteUri;
        }
        else if (variable.StartsWith("AWS_CONTAINER", StringComparison.Ordinal))
        {
            variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = Emulator.Address.AbsoluteUri;
        }

        using var lease = Lease(variables[variable]);

        AssertTimedOut(await RunAsync(Request(), variables, Timeout));
    }

    [TestCase("SSO session")]
    [TestCase("Sign-in")]
    [TestCase("Config file")]
    [TestCase("Credentials file")]
    public async Task A_file_in_the_home_directory_is_left_behind(string identity)
    {
        var stage = new IdentityStage(Emulator, Home, "aws");
        IdentityCase.All.Single(other => other.Name == identity).SetUp(stage);
        using var lease = Lease(Path.Combine(Home, stage.Files[^1]));

        AssertTimedOut(await RunAsync(Request(), stage.Variables, Timeout));
    }

    [TestCase("", Host + "/app")]
    [TestCase("docker get", Host)]
    public async Task A_cached_password_is_left_behind(string arguments, string image)
    {
        var isDocker = arguments.Length > 0;
        string[] options = [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), $"--cache-dir={Home}/cache", Timeout];
        var input = isDocker ? image : Request(image);
        Assert.That((await RunAsync(input, options)).ExitCode, Is.Zero);
        using var lease = Lease(Directory.GetFiles(Path.Combine(Home, "cache")).Single(file => new FileInfo(file).Length > 0));

        var result = await RunAsync(input, options);

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith("ecr-credential-provider: timed out after 1s: ").And.Not.Contains("\n"));
        Assert.That(result.Output, Is.EqualTo(isDocker ? "credentials not found in native keychain\n" : ""));
        Assert.That(result.Duration, Is.LessThan(Limit));
    }

    [TestCase("AWS_WEB_IDENTITY_TOKEN_FILE")]
    [TestCase("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")]
    public async Task A_pipe_without_a_writer_is_left_behind(string variable)
    {
        var pipe = Path.Combine(Home, "pipe");
        await PluginProcess.RunAsync("/usr/bin/mkfifo", [pipe], new Dictionary<string, string>(), default);
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None))
        {
            ["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/pull",
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = Emulator.Address.AbsoluteUri,
            [variable] = pipe,
        };

        AssertTimedOut(await RunAsync(Request(), variables, Timeout));
    }

    private void AssertTimedOut(ShimResult result)
    {
        AssertFailure(result, 1, "timed out after 1s: ");
        Assert.That(result.Duration, Is.LessThan(Limit));
    }

    private static SafeFileHandle Lease(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.That(Control(file, SetSignal, Urgent), Is.Zero);
        Assert.That(Control(file, SetLease, WriteLease), Is.Zero, $"no lease: {Marshal.GetLastPInvokeErrorMessage()}");
        return file;
    }

    [DllImport("libc", EntryPoint = "fcntl", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(SafeFileHandle file, int command, int argument);
}

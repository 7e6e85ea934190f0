using System.Text;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>Provides each test with its own emulator and home directory, and runs the executable against them.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
public abstract class ShimFixture
{
    protected const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("ecr-shim-tests-");

    protected AwsEmulator Emulator { get; private set; } = null!;

    protected string Home => _home.FullName;

    /// <summary>The ECR and ECR Public calls that the emulator received.</summary>
    protected IReadOnlyList<RecordedRequest> TokenRequests =>
        [.. Emulator.Requests.Where(request => request.Service is AwsService.Ecr or AwsService.EcrPublic)];

    [SetUp]
    public async Task StartEmulator() => Emulator = await AwsEmulator.StartAsync(Options());

    [TearDown]
    public async Task StopEmulator()
    {
        await Emulator.DisposeAsync();
        _home.Delete(recursive: true);
    }

    protected static string Request(string image = Image, string version = "v1") =>
        $$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/{{version}}","image":"{{image}}"}""" + "\n";

    protected virtual AwsEmulatorOptions Options() => new();

    protected string WriteFile(string name, string text)
    {
        var path = Path.Combine(Home, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs the executable in <see cref="Home"/>, with the emulator's variables.</summary>
    protected Task<ShimResult> RunAsync(string input, params string[] arguments) => RunAsync(input, Emulator.Environment(), arguments);

    /// <summary>Runs the executable in <see cref="Home"/>, with only these variables and those that every program requires.</summary>
    protected Task<ShimResult> RunAsync(string input, IReadOnlyDictionary<string, string> variables, params string[] arguments) =>
        RunAsync(Encoding.UTF8.GetBytes(input), variables, arguments);

    /// <summary>Runs the executable in <see cref="Home"/>, with only these variables and those that every program requires.</summary>
    protected async Task<ShimResult> RunAsync(ReadOnlyMemory<byte> input, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        return new ShimResult(await PluginProcess.RunAsync(ShimProgram.Path, arguments, Complete(variables), input, directory: Home));
    }

    /// <summary>Adds the variables that every program requires.</summary>
    protected Dictionary<string, string> Complete(IReadOnlyDictionary<string, string> variables)
    {
        var environment = ShimProgram.MinimalEnvironment(Home);
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        return environment;
    }

    protected void AssertAnswer(ShimResult result)
    {
        Assert.That(result.Error, Is.Empty);
        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(result.Response.Auth.Single().Value.Password, Is.EqualTo(Emulator.Token));
    }

    /// <summary>Asserts one line on stderr, an empty stdout, and no secret in either.</summary>
    protected void AssertFailure(ShimResult result, int exitCode, string message)
    {
        Assert.That(result.Error, Does.StartWith("ecr-credential-provider: ").And.Contain(message));
        Assert.That(result.Error.TrimEnd(), Does.Not.Contain('\n'));
        Assert.That(result.ExitCode, Is.EqualTo(exitCode));
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Not.Contain("unexpected error").And.Not.Contain("the token source failed"));
        AssertNoSecret(result.Error);
    }

    protected void AssertNoSecret(string text)
    {
        foreach (var credentials in (EmulatedCredentials[])
            [Emulator.StaticCredentials, Emulator.SessionCredentials, Emulator.InstanceCredentials, Emulator.ProfileCredentials])
        {
            Assert.That(text, Does.Not.Contain(credentials.SecretAccessKey));
            Assert.That(text, Does.Not.Contain(credentials.SessionToken ?? credentials.SecretAccessKey));
        }

        Assert.That(text, Does.Not.Contain(Emulator.Token));
    }
}

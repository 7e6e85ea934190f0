using Ecr.Credentials.Shim.Tests.Identities;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>No secret reaches output or files, at any verbosity and however a call ends.</summary>
public sealed class SecretTests : ShimFixture
{
    private static readonly (string Name, Fault? Fault, AwsService Service)[] AllEndings =
    [
        ("success", null, AwsService.Unknown),
        ("ECR denies access", Fault.AccessDenied, AwsService.Ecr),
        ("ECR reports expired credentials", Fault.ExpiredCredentials, AwsService.Ecr),
        ("ECR reports an expired signature", Fault.SignatureExpired, AwsService.Ecr),
        ("ECR returns garbage", Fault.Malformed, AwsService.Ecr),
        ("ECR returns an invalid token", Fault.TokenWithoutColon, AwsService.Ecr),
        ("ECR resets the connection", Fault.Reset, AwsService.Ecr),
        ("STS denies access", Fault.AccessDenied, AwsService.Sts),
        ("STS returns garbage", Fault.Malformed, AwsService.Sts),
        ("SSO returns garbage", Fault.Malformed, AwsService.Sso),
        ("the metadata service returns garbage", Fault.Malformed, AwsService.Imds),
        ("the container endpoint returns garbage", Fault.Malformed, AwsService.ContainerCredentials),
    ];

    private static IReadOnlyList<IdentityCase> Identities => IdentityCase.All;

    private static IEnumerable<string> Endings => AllEndings.Select(ending => ending.Name);

    [Test]
    public async Task No_secret_is_logged_with_v([ValueSource(nameof(Identities))] IdentityCase identity, [ValueSource(nameof(Endings))] string ending)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var (_, fault, service) = AllEndings.Single(other => other.Name == ending);
        if (fault is not null)
        {
            Emulator.Faults.Always(fault, service);
        }

        var stage = new IdentityStage(Emulator, Home, "aws");
        identity.SetUp(stage);
        stage.Set("AWS_MAX_ATTEMPTS", "1");
        var filesBefore = ReadFiles();

        var result = await RunAsync(
            Request().Replace("}", stage.RequestMembers + "}", StringComparison.Ordinal), stage.Variables, ["-v", "--timeout=10s", .. stage.Arguments]);

        Assert.That(result.Error, Is.Not.Empty.And.Not.Contains("unexpected error"));
        var output = result.Output.Replace(Emulator.Token, "", StringComparison.Ordinal);
        AssertNoSecretIn("stdout", output);
        AssertNoSecretIn("stderr", result.Error);

        // The files of a session are where AWS tools keep it.
        foreach (var (path, text) in ReadFiles().Except(filesBefore).Where(file => !stage.Files.Contains(Path.GetRelativePath(Home, file.Path))))
        {
            AssertNoSecretIn(path, text);
        }
    }

    [Test]
    public async Task A_wrong_secret_key_is_not_quoted()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.SessionKey)) { ["AWS_SECRET_ACCESS_KEY"] = "marker/wrong+secret" };

        var result = await RunAsync(Request(), variables, "-v");

        Secrets.AssertNone("stderr", result.Error, "marker/wrong+secret");
    }

    protected override AwsEmulatorOptions Options() => Secrets.MarkedOptions;

    private HashSet<(string Path, string Text)> ReadFiles() =>
        [.. Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories).Select(path => (path, File.ReadAllText(path)))];

    private void AssertNoSecretIn(string place, string text) => Secrets.AssertNone(place, text, [.. Secrets.Of(Emulator)]);
}

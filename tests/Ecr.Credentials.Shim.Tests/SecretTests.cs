using System.Text;
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

        Assert.That(result.Error, Is.Not.Empty.And.Not.Contains("unforeseen"));
        var output = result.Output.Replace(Emulator.Token, "", StringComparison.Ordinal);
        AssertNoSecretIn("stdout", output);
        AssertNoSecretIn("stderr", result.Error);
        foreach (var (path, text) in ReadFiles().Except(filesBefore))
        {
            AssertNoSecretIn(path, text);
        }
    }

    [Test]
    public async Task A_wrong_secret_key_is_not_quoted()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.SessionKey)) { ["AWS_SECRET_ACCESS_KEY"] = "marker/wrong+secret" };

        var result = await RunAsync(Request(), variables, "-v");

        AssertNoSecretIn("stderr", result.Error, "marker/wrong+secret");
    }

    protected override AwsEmulatorOptions Options() => new()
    {
        ContainerAuthorizationToken = "marker/container+token==",
        PodIdentityToken = "marker/pod+token==",
        SsoAccessToken = "marker/sso+access==",
        SsoClientSecret = "marker/sso+client==",
        SsoRefreshToken = "marker/sso+refresh==",
        WebIdentityToken = "marker.web-identity.token",
    };

    private HashSet<(string Path, string Text)> ReadFiles() =>
        [.. Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories).Select(path => (path, File.ReadAllText(path)))];

    private void AssertNoSecretIn(string place, string text) => AssertNoSecretIn(place, text, [.. Secrets()]);

    private static void AssertNoSecretIn(string place, string text, params string[] secrets) => Assert.Multiple(() =>
    {
        foreach (var secret in secrets)
        {
            Assert.That(text, Does.Not.Contain(secret), place);
            Assert.That(text, Does.Not.Contain(Uri.EscapeDataString(secret)), place);
            Assert.That(text, Does.Not.Contain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=')), place);
        }
    });

    private IEnumerable<string> Secrets()
    {
        var options = Emulator.Options;
        yield return Emulator.Token;
        yield return options.ContainerAuthorizationToken!;
        yield return options.PodIdentityToken;
        yield return options.SsoAccessToken;
        yield return options.SsoClientSecret;
        yield return options.SsoRefreshToken;
        yield return options.WebIdentityToken;
        foreach (var credentials in (EmulatedCredentials[])
            [
                Emulator.StaticCredentials,
                Emulator.ProfileCredentials,
                Emulator.SessionCredentials,
                Emulator.InstanceCredentials,
                Emulator.ContainerCredentials,
                Emulator.PodIdentityCredentials,
                Emulator.SsoCredentials,
            ])
        {
            yield return credentials.SecretAccessKey;
            if (credentials.SessionToken is { } token)
            {
                yield return token;
            }
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tests.Telemetry;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Aws.Credentials.Profiles;

/// <summary>
/// No secret reaches an exception or its inner exceptions, an activity, a measurement or the log, whether resolving credentials succeeds or fails.
/// </summary>
public sealed class ProfileSecretTests
{
    private const string Role = "arn:aws:iam::123456789012:role/pull";
    private const string Marker = "marker/of+a.secret==";

    private static readonly EcrRegistry Registry = EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com");

    private static readonly (string Name, Fault? Fault, AwsService Service)[] Endings =
    [
        ("success", null, AwsService.Unknown),
        ("STS denies", Fault.AccessDenied, AwsService.Sts),
        ("STS answers rubbish", Fault.Malformed, AwsService.Sts),
        ("STS breaks the connection", Fault.Reset, AwsService.Sts),
        ("STS finds the signature too old", Fault.SignatureExpired, AwsService.Sts),
        ("SSO answers rubbish", Fault.Malformed, AwsService.Sso),
        ("SSO fails", Fault.ServerError, AwsService.Sso),
        ("the sign-in cannot be refreshed", Fault.ServerError, AwsService.Signin),
        ("the sign-in answers rubbish", Fault.Malformed, AwsService.Signin),
    ];

    private static IEnumerable<string> Names => Endings.Select(ending => ending.Name);

    [Test]
    public async Task No_secret_is_shown(
        [Values("keys", "role", "web", "bad web", "sso", "login", "bad login", "process", "bad process")] string profile,
        [ValueSource(nameof(Names))] string ending)
    {
        var options = new AwsEmulatorOptions { WebIdentityToken = Marker, SsoAccessToken = Marker, LoginRefreshToken = Marker };
        await using var emulator = await AwsEmulator.StartAsync(options);
        var (_, fault, service) = Endings.Single(other => other.Name == ending);
        if (fault is not null)
        {
            emulator.Faults.Always(fault, service);
        }

        using var stage = Prepare(emulator);
        using var telemetry = new TelemetryRecorder();
        var source = EcrTokenSource.FromDelegate(async (request, cancellationToken) =>
        {
            await stage.GetAsync(profile, cancellationToken);
            return new EcrToken("AWS", Marker, stage.Clock.GetUtcNow().AddHours(12));
        });
        using var cache = new EcrTokenCache(source, timeProvider: stage.Clock, logger: stage.Logger);
        var texts = new List<string>();

        try
        {
            await cache.GetTokenAsync(new EcrTokenRequest(Registry) { Identity = EcrIdentity.WebIdentity(Marker, Role) });
        }
        catch (EcrCredentialException e)
        {
            texts.Add(e.ToString());
        }

        texts.AddRange(telemetry.TakeActivities().SelectMany(activity => activity.TagObjects.Select(tag => $"{tag.Value}").Append(activity.DisplayName)));
        texts.AddRange(telemetry.TakeMeasurements());
        texts.AddRange(stage.Logger.Lines);
        Assert.That(texts, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (var secret in (
                string[])
                [
                    Marker,
                    emulator.ProfileCredentials.SecretAccessKey,
                    emulator.SsoCredentials.SecretAccessKey,
                    emulator.SsoCredentials.SessionToken!,
                    emulator.LoginCredentials.SecretAccessKey,
                    emulator.LoginCredentials.SessionToken!,
                    emulator.LoginKeyPem.Split('\n')[1],
                ])
            {
                Assert.That(texts, Has.None.Contains(secret));
                Assert.That(texts, Has.None.Contains(Uri.EscapeDataString(secret)));
                Assert.That(texts, Has.None.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=')));
            }
        });
    }

    private static ProfileStage Prepare(AwsEmulator emulator)
    {
        var stage = new ProfileStage(emulator);
        var keys = emulator.ProfileCredentials;
        var (token, badToken) = (stage.Write("token", Marker), stage.Write("bad-token", Marker + "bad"));
        var document = stage.Write(
            "keys.json", $$"""{"Version":1,"AccessKeyId":"{{keys.AccessKeyId}}","SecretAccessKey":"{{keys.SecretAccessKey}}","SessionToken":"{{Marker}}"}""");
        stage.WriteConfig($"""
            [profile keys]
            aws_access_key_id = {keys.AccessKeyId}
            aws_secret_access_key = {keys.SecretAccessKey}
            [profile role]
            role_arn = {Role}
            source_profile = keys
            [profile web]
            role_arn = {Role}
            web_identity_token_file = {token}
            [profile bad web]
            role_arn = {Role}
            web_identity_token_file = {badToken}
            [profile sso]
            sso_start_url = corp
            sso_region = eu-central-1
            sso_account_id = {emulator.Options.AccountId}
            sso_role_name = {emulator.Options.SsoRole}
            [profile login]
            login_session = me
            [profile bad login]
            login_session = other
            [profile process]
            credential_process = cat '{document}'
            [profile bad process]
            credential_process = cat '{document}' '{document}' 1>&2; cat '{token}'
            """);
        foreach (var (session, key) in (ReadOnlySpan<(string, string)>)[("me", emulator.LoginKeyPem), ("other", $"{Marker}\n{emulator.LoginKeyPem}")])
        {
            var file = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(session)));
            stage.Write(
                $".aws/login/cache/{file}.json",
                $$$"""
                {"accessToken":{"accessKeyId":"ASIA","secretAccessKey":"{{{Marker}}}","sessionToken":"{{{Marker}}}","expiresAt":"2020-01-01T00:00:00Z"},
                "clientId":"{{{emulator.Options.LoginClientId}}}","refreshToken":"{{{Marker}}}","dpopKey":{{{JsonSerializer.Serialize(key)}}}}
                """);
        }

        stage.Write(
            ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
            $$"""{"accessToken":"{{Marker}}","expiresAt":"2099-01-01T00:00:00Z"}""");
        return stage;
    }
}

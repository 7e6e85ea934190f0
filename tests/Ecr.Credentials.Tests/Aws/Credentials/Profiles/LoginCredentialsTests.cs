using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Aws.Credentials.Profiles;

/// <summary>A user who signed in with <c>aws login</c>.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
public sealed class LoginCredentialsTests : IAsyncDisposable
{
    private const string Session = "arn:aws:iam::123456789012:user/me";

    private static readonly string FileName = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Session)))}.json";

    private AwsEmulator _emulator = null!;
    private ProfileStage _stage = null!;

    private static string DefaultFile => $".aws/login/cache/{FileName}";

    public async ValueTask DisposeAsync()
    {
        _stage.Dispose();
        await _emulator.DisposeAsync();
    }

    [Test]
    public async Task Credentials_that_are_valid_for_more_than_five_minutes_are_used()
    {
        await StartAsync();
        Write(DefaultFile, _stage.Clock.GetUtcNow().AddMinutes(5).AddSeconds(1));

        var credentials = (await _stage.FindAsync())!;

        Assert.That(
            (credentials.Credentials.AccessKey, credentials.Credentials.SecretKey, credentials.Credentials.Token),
            Is.EqualTo(("ASIACACHED", "hunter2", "t0ken")));
        Assert.That(credentials.Origin, Is.EqualTo("the sign-in of the AWS profile \"default\""));
        Assert.That(_emulator.Requests, Is.Empty);
    }

    [TestCase(-60)]
    [TestCase(4)]
    public async Task Other_credentials_are_refreshed_and_stored(int minutes)
    {
        await StartAsync();
        var path = Write(DefaultFile, _stage.Clock.GetUtcNow().AddMinutes(minutes));

        var credentials = (await _stage.FindAsync())!;

        Assert.That(credentials.Credentials.AccessKey, Is.EqualTo(_emulator.LoginCredentials.AccessKeyId));
        var request = _emulator.Requests.Single();
        Assert.That((request.Host, request.Path, request.StatusCode), Is.EqualTo(("eu-west-1.signin.aws.amazon.com", "/v1/token", 200)));
        Assert.That(request.Headers.ContainsKey("Authorization"), Is.False);
        var stored = JsonElement.Parse(await File.ReadAllTextAsync(path));
        Assert.That(stored.GetProperty("accessToken").GetProperty("secretAccessKey").GetString(), Is.EqualTo(_emulator.LoginCredentials.SecretAccessKey));
        Assert.That(stored.GetProperty("accessToken").GetProperty("accountId").GetString(), Is.EqualTo("123456789012"));
        Assert.That(
            stored.GetProperty("accessToken").GetProperty("expiresAt").GetString(),
            Is.EqualTo(_stage.Clock.GetUtcNow().AddMinutes(15).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null)));
        Assert.That(stored.GetProperty("refreshToken").GetString(), Is.EqualTo(_emulator.Options.LoginRefreshToken + ".refreshed"));
        Assert.That(stored.GetProperty("dpopKey").GetString(), Is.EqualTo(_emulator.LoginKeyPem));
        Assert.That(stored.GetProperty("unknown").GetInt32(), Is.EqualTo(7), "What this version does not know is kept.");
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!), Has.Length.EqualTo(1));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no file modes.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_user_can_read_the_stored_session()
    {
        await StartAsync();
        var path = Write(DefaultFile, DateTimeOffset.UnixEpoch);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await _stage.FindAsync();

        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Each_attempt_has_a_proof_of_its_own()
    {
        await StartAsync();
        Write(DefaultFile, DateTimeOffset.UnixEpoch);
        _emulator.Faults.Enqueue(Fault.ServerError);

        Assert.That(await _stage.FindAsync(), Is.Not.Null);
        Assert.That(_emulator.Requests.Select(request => request.Headers["DPoP"]).ToArray(), Has.Length.EqualTo(2).And.Unique);
    }

    [TestCase("region = eu-central-1", "eu-central-1.signin.aws.amazon.com")]
    [TestCase("use_fips_endpoint = true", "signin-fips.eu-west-1.amazonaws.com")]
    [TestCase("endpoint_url = https://sts.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com")]
    [TestCase("services = s\n[services s]\nsignin =\n  endpoint_url = https://sts.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com")]
    public async Task Settings_of_the_profile_decide_the_endpoint(string settings, string host)
    {
        await StartAsync();
        Write(DefaultFile, _stage.Clock.GetUtcNow().AddMinutes(1));
        _stage.WriteConfig($"[default]\nlogin_session = {Session}\n{settings}\n");

        await _stage.FindAsync();

        Assert.That(_emulator.Requests[0].Host, Is.EqualTo(host));
    }

    [TestCase("/login", "")]
    [TestCase("~/login", "")]
    [TestCase(null, " ")]
    public async Task The_directory_can_be_elsewhere_and_the_session_may_be_surrounded_by_whitespace(string? directory, string space)
    {
        await StartAsync();
        Write(directory is null ? DefaultFile : $"login/{FileName}", _stage.Clock.GetUtcNow().AddHours(1));
        _stage.Set("AWS_LOGIN_CACHE_DIRECTORY", directory?[0] == '/' ? _stage.Home + directory : directory)
            .WriteConfig($"[default]\nlogin_session = \"{Session}{space}\"\n");

        Assert.That((await _stage.FindAsync())!.Credentials.AccessKey, Is.EqualTo("ASIACACHED"));
    }

    [Test]
    public async Task A_relative_directory_is_rejected()
    {
        await StartAsync();
        _stage.Set("AWS_LOGIN_CACHE_DIRECTORY", "login");

        await AssertFailsAsync("AWS_LOGIN_CACHE_DIRECTORY is \"login\"; expected an absolute path", EcrCredentialErrorReason.InvalidConfiguration);
    }

    [Test]
    public async Task Without_a_file_the_user_is_not_signed_in()
    {
        await StartAsync();

        await AssertFailsAsync(
            $"not signed in to the AWS profile \"default\" (login_session): there is no session in \"{Path.Combine(_stage.Home, ".aws/login/cache")}");
    }

    [TestCase("accessToken")]
    [TestCase("refreshToken")]
    [TestCase("clientId")]
    [TestCase("dpopKey")]
    [TestCase("accessToken.accessKeyId")]
    [TestCase("accessToken.secretAccessKey")]
    [TestCase("accessToken.sessionToken")]
    [TestCase("accessToken.expiresAt")]
    public async Task A_missing_field_is_named(string field)
    {
        await StartAsync();
        Write(DefaultFile, _stage.Clock.GetUtcNow().AddHours(1), without: field);

        await AssertFailsAsync($"is invalid: {field.Split('.')[^1]} is missing. Run \"aws login --profile default\".");
    }

    [TestCase("", "not JSON")]
    [TestCase("[]", "accessToken is missing")]
    [TestCase("{\"accessToken\":7}", "accessKeyId is missing")]
    [TestCase("{\"accessToken\":{\"accessKeyId\":\"\\ud800\"}}", "accessKeyId is missing")]
    public async Task A_damaged_file_is_reported(string text, string message)
    {
        await StartAsync();
        _stage.Write(DefaultFile, text);

        await AssertFailsAsync($"is invalid: {message}. Run ");
    }

    [Test]
    public async Task A_key_that_is_not_of_the_session_is_reported()
    {
        await StartAsync();
        Write(DefaultFile, DateTimeOffset.UnixEpoch, key: "hunter2");

        await AssertFailsAsync("is invalid: dpopKey is not an EC private key in PEM. Run ");
    }

    [TestCase("TOKEN_EXPIRED", "the sign-in of the AWS profile \"default\" has expired. Run \"aws login --profile default\".")]
    [TestCase("USER_CREDENTIALS_CHANGED", "the password of the user of the AWS profile \"default\" has changed since the sign-in. Run \"aws login ")]
    [TestCase("INSUFFICIENT_PERMISSIONS",
        "AWS denies the refresh of the sign-in of the AWS profile \"default\": allow signin:CreateOAuth2Token for the user or role")]
    public async Task A_refusal_says_what_to_do(string error, string message)
    {
        await StartAsync(error);
        Write(DefaultFile, DateTimeOffset.UnixEpoch);

        await AssertFailsAsync(message, EcrCredentialErrorReason.AwsCredentialsRejected);
        Assert.That(_emulator.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Another_failure_is_reported_with_its_cause()
    {
        await StartAsync();
        Write(DefaultFile, DateTimeOffset.UnixEpoch);
        _emulator.Faults.Always(Fault.ServerError, AwsService.Signin);

        await AssertFailsAsync("cannot refresh the sign-in of the AWS profile \"default\": the service failed.", EcrCredentialErrorReason.ServiceError);
    }

    [Test]
    public async Task Credentials_that_are_still_valid_are_used_if_the_refresh_fails()
    {
        await StartAsync("TOKEN_EXPIRED");
        Write(DefaultFile, _stage.Clock.GetUtcNow().AddMinutes(1));

        Assert.That((await _stage.FindAsync())!.Credentials.AccessKey, Is.EqualTo("ASIACACHED"));
        Assert.That(_stage.Logger.Lines, Has.Some.Contains("Could not refresh the sign-in of the AWS profile \"default\", which is still valid"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no file modes.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Refreshed_credentials_are_used_even_if_they_cannot_be_stored()
    {
        await StartAsync();
        Write(DefaultFile, DateTimeOffset.UnixEpoch);
        var damaged = Path.Combine(_stage.Home, DefaultFile);
        _emulator.Faults.Enqueue(Fault.ServerError);
        var finding = _stage.FindAsync();
        await _emulator.WaitForRequestAsync();
        File.Delete(damaged);

        Assert.That((await finding)!.Credentials.AccessKey, Is.EqualTo(_emulator.LoginCredentials.AccessKeyId));
        Assert.That(_stage.Logger.Lines, Has.Some.Contains("Could not store the refreshed sign-in of the AWS profile \"default\""));
    }

    [Test]
    public async Task Refreshed_credentials_are_used_even_if_the_file_contains_invalid_text()
    {
        await StartAsync();
        var path = Write(DefaultFile, DateTimeOffset.UnixEpoch);
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("aws_sigv4", @"\ud800", StringComparison.Ordinal));

        Assert.That((await _stage.FindAsync())!.Credentials.AccessKey, Is.EqualTo(_emulator.LoginCredentials.AccessKeyId));
        Assert.That(
            _stage.Logger.Lines, Has.Some.Contains("Could not store the refreshed sign-in of the AWS profile \"default\": The file contains invalid text"));
    }

    [Test]
    public async Task A_sign_in_can_be_the_source_of_a_role()
    {
        await StartAsync();
        Write(DefaultFile, DateTimeOffset.UnixEpoch);
        _stage.WriteConfig(
            $"[default]\nrole_arn = arn:aws:iam::123456789012:role/pull\nsource_profile = me\n[profile me]\nlogin_session = {Session}\n");

        await _stage.FindAsync();

        Assert.That(_emulator.Requests[^1].Principal, Is.EqualTo(_emulator.LoginCredentials.PrincipalArn));
    }

    [Test]
    public async Task A_credential_process_overrides_a_sign_in()
    {
        await StartAsync();
        _stage.WriteConfig(
            $$"""
            [default]
            login_session = {{Session}}
            credential_process = echo '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"hunter2"}'
            """);

        Assert.That((await _stage.FindAsync())!.Credentials.AccessKey, Is.EqualTo("AKIAPROCESS"));
    }

    private async Task StartAsync(string? error = null)
    {
        _emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { LoginError = error });
        _stage = new ProfileStage(_emulator);
        _stage.WriteConfig($"[default]\nlogin_session = {Session}\n");
    }

    private string Write(string file, DateTimeOffset expiresAt, string? without = null, string? key = null)
    {
        var token = new Dictionary<string, object>
        {
            ["accessKeyId"] = "ASIACACHED",
            ["secretAccessKey"] = "hunter2",
            ["sessionToken"] = "t0ken",
            ["accountId"] = "123456789012",
            ["expiresAt"] = expiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
        };
        var session = new Dictionary<string, object>
        {
            ["accessToken"] = token,
            ["tokenType"] = "aws_sigv4",
            ["clientId"] = _emulator.Options.LoginClientId,
            ["refreshToken"] = _emulator.Options.LoginRefreshToken,
            ["dpopKey"] = key ?? _emulator.LoginKeyPem,
            ["unknown"] = 7,
        };
        if (without is not null)
        {
            (without.Contains('.', StringComparison.Ordinal) ? token : session).Remove(without.Split('.')[^1]);
        }

        return _stage.Write(file, JsonSerializer.Serialize(session));
    }

    private async Task AssertFailsAsync(string message, EcrCredentialErrorReason reason = EcrCredentialErrorReason.NoAwsCredentials)
    {
        var failure = (await Assert.ThrowsAsync<EcrCredentialException>(() => _stage.FindAsync()))!;

        Assert.That(failure.Message, Does.Contain(message));
        Assert.That(failure.Reason, Is.EqualTo(reason));
        Assert.That(failure.ToString(), Does.Not.Contain("hunter2").And.Not.Contain("PRIVATE KEY"));
    }
}

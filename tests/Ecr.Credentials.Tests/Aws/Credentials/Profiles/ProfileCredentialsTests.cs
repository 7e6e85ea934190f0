using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Aws.Credentials.Profiles;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
public sealed class ProfileCredentialsTests : IAsyncDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/pull";
    private const string SecondRole = "arn:aws:iam::123456789012:role/push";
    private const string Keys = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = hunter2\n";
    private const string Process = """credential_process = echo '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"hunter2"}'""" + "\n";

    private AwsEmulator _emulator = null!;
    private ProfileStage _stage = null!;

    private IReadOnlyList<RecordedRequest> RoleRequests => [.. _emulator.Requests.Where(request => request.Service == AwsService.Sts)];

    private string EmulatedKeys =>
        $"aws_access_key_id = {_emulator.ProfileCredentials.AccessKeyId}\naws_secret_access_key = {_emulator.ProfileCredentials.SecretAccessKey}\n";

    [SetUp]
    public async Task SetUp()
    {
        _emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ExternalId = "partner" });
        _stage = new ProfileStage(_emulator);
    }

    public async ValueTask DisposeAsync()
    {
        _stage.Dispose();
        await _emulator.DisposeAsync();
    }

    [Test]
    public async Task The_default_profile_is_used_by_default()
    {
        _stage.WriteCredentials($"[other]\n{Keys}[default]\n{Keys}aws_session_token = token\n");

        var identity = (await _stage.FindAsync())!;

        Assert.That(
            (identity.Credentials.AccessKey, identity.Credentials.SecretKey, identity.Credentials.Token), Is.EqualTo(("AKIAEXAMPLE", "hunter2", "token")));
        Assert.That(identity.ToString(), Is.EqualTo("the access key ending in MPLE from the AWS profile \"default\""));
    }

    [Test]
    public async Task The_environment_or_the_caller_can_select_another_profile()
    {
        _stage.Set("AWS_PROFILE", "node").WriteCredentials($"[node]\n{Keys}[other]\n{Keys.Replace("MPLE", "OTHER", StringComparison.Ordinal)}");

        Assert.That((await _stage.FindAsync())!.Origin, Is.EqualTo("the AWS profile \"node\""));
        Assert.That((await _stage.GetAsync("other")).Credentials.AccessKey, Is.EqualTo("AKIAEXAOTHER"));
    }

    [TestCase(null)]
    [TestCase("default")]
    public async Task Without_a_default_profile_no_credentials_are_found(string? variable)
    {
        _stage.Set("AWS_PROFILE", variable).WriteCredentials($"[other]\n{Keys}");

        Assert.That(
            await _stage.FindReasonAsync(),
            Is.EqualTo($"there is no profile \"default\" in \"{_stage.Home}/.aws/credentials\" or \"{_stage.Home}/.aws/config\""));
    }

    [TestCase("region = eu-west-1")]
    [TestCase("sso_session = corporate")]
    [TestCase("mfa_serial = arn")]
    [TestCase("aws_session_token = hunter2")]
    [TestCase("aws_access_key_id =\naws_secret_access_key =")]
    public async Task A_profile_without_credentials_is_skipped_with_a_reason(string settings)
    {
        _stage.WriteConfig($"[default]\n{settings}\n");

        Assert.That(await _stage.FindReasonAsync(), Is.EqualTo("the AWS profile \"default\" contains no credentials"));
    }

    [Test]
    public async Task A_profile_that_does_not_exist_is_an_error()
    {
        _stage.Set("AWS_PROFILE", "nodes").WriteCredentials($"[default]\n{Keys}");
        var files = $"\"{_stage.Home}/.aws/credentials\" or \"{_stage.Home}/.aws/config\"";

        await AssertMisconfiguredAsync(
            () => _stage.FindAsync(), $"the AWS profile \"nodes\" does not exist: correct AWS_PROFILE, or add the profile to {files}");
        await AssertMisconfiguredAsync(
            () => _stage.GetAsync("nodes"), $"the AWS profile \"nodes\" does not exist: correct the name, or add the profile to {files}");
    }

    [Test]
    public async Task A_named_profile_must_contain_credentials()
    {
        _stage.WriteConfig("[profile node]\nregion = eu-west-1\n");

        await AssertMisconfiguredAsync(
            () => _stage.GetAsync("node"), "the AWS profile \"node\" contains no credentials: add access keys, a role or another source to it in ");
    }

    [TestCase("aws_secret_access_key = hunter2", "the AWS profile \"default\" has an aws_secret_access_key but no aws_access_key_id: add it")]
    [TestCase("aws_access_key_id = AKIA", "the AWS profile \"default\" has an aws_access_key_id but no aws_secret_access_key: add it")]
    [TestCase("source_profile = base", "the AWS profile \"default\" has a source_profile but no role_arn: add it")]
    [TestCase("credential_source = Environment", "the AWS profile \"default\" has a credential_source but no role_arn: add it")]
    [TestCase("web_identity_token_file = token", "the AWS profile \"default\" has a web_identity_token_file but no role_arn: add it")]
    [TestCase($"role_arn = {Role}", "the AWS profile \"default\" has a role_arn but no source credentials: add source_profile or credential_source")]
    [TestCase("role_arn = pull\nsource_profile = base", "role_arn of the AWS profile \"default\" cannot be used. \"pull\" is not a valid role ARN.")]
    [TestCase("role_arn = pull\nweb_identity_token_file = token", "role_arn of the AWS profile \"default\" cannot be used. \"pull\" is not a valid role ARN.")]
    [TestCase($"role_arn = {Role}\nsource_profile = nobody",
        "the AWS profile \"nobody\", the source_profile of the AWS profile \"default\", does not exist: correct the name, or add the profile to ")]
    [TestCase($"role_arn = {Role}\nsource_profile = empty",
        "the AWS profile \"empty\", the source_profile of the AWS profile \"default\", contains no credentials: add access keys, "
            + "a role or another source to it")]
    [TestCase($"role_arn = {Role}\nsource_profile = base\ncredential_source = Environment",
        "the AWS profile \"default\" has both source_profile and credential_source: remove one of them")]
    [TestCase($"role_arn = {Role}\ncredential_source = Ec2instancemetadata",
        "invalid credential_source \"Ec2instancemetadata\" of the AWS profile \"default\": expected Environment, Ec2InstanceMetadata or EcsContainer")]
    [TestCase($"role_arn = {Role}\nsource_profile = base\nmfa_serial = arn",
        "the AWS profile \"default\" requires MFA (mfa_serial), which a non-interactive program cannot provide. Use another profile.")]
    [TestCase("sso_account_id = 1\nsso_role_name = pull\nsso_session = bare\nsso_start_url = https://other.example/",
        "sso_start_url of the AWS profile \"default\" is \"https://other.example/\", but that of the section [sso-session bare] is "
            + "\"https://corporate.example/\": remove one of them")]
    [TestCase("sso_account_id = 1", "sso_role_name is missing in the AWS profile \"default\": add it")]
    [TestCase("sso_role_name = pull", "sso_account_id is missing in the AWS profile \"default\": add it")]
    [TestCase("sso_account_id = 1\nsso_role_name = pull", "sso_region is missing in the AWS profile \"default\": add it")]
    [TestCase("sso_account_id = 1\nsso_role_name = pull\nsso_region = eu-west-1", "sso_start_url is missing in the AWS profile \"default\": add it")]
    [TestCase("sso_account_id = 1\nsso_role_name = pull\nsso_session = none",
        "there is no section [sso-session none], the sso_session of the AWS profile \"default\": add it")]
    [TestCase("sso_account_id = 1\nsso_role_name = pull\nsso_session = bare\nsso_region = eu-west-1",
        "sso_region is missing in the section [sso-session bare], the sso_session of the AWS profile \"default\": add it")]
    public async Task The_error_for_an_incomplete_or_invalid_profile_names_the_setting(string settings, string message)
    {
        _stage.WriteConfig(
            $"[default]\n{settings}\n[profile base]\n{Keys}[profile empty]\nregion = eu-west-1\n[sso-session bare]\nsso_start_url = "
                + $"https://corporate.example/\n");

        await AssertMisconfiguredAsync(() => _stage.FindAsync(), message);
        Assert.That(_emulator.Requests, Is.Empty);
    }

    [TestCase(Keys + "retry_mode = legacy\nmax_attempts = none\nunknown = x\nsource_profile = base", "AKIAEXAMPLE")]
    [TestCase(Keys + Process + "sso_account_id = 1\nlogin_session = arn", "AKIAEXAMPLE")]
    [TestCase(Process + "retry_mode = legacy\nsso_session = corporate", "AKIAPROCESS")]
    public async Task Keys_override_every_source_but_a_role_and_other_settings_are_ignored(string settings, string accessKey)
    {
        _stage.WriteConfig($"[default]\n{settings}\n");

        Assert.That((await _stage.FindAsync())!.Credentials.AccessKey, Is.EqualTo(accessKey));
    }

    [TestCase("source_profile = base\n", "")]
    [TestCase("source_profile = base\n" + Keys, "")]
    [TestCase("source_profile = default\n{keys}", "")]
    [TestCase("{keys}", "")]
    [TestCase("source_profile = base\n", "role_arn = arn:aws:iam::123456789012:role/never\nsource_profile = base\n")]
    public async Task A_role_is_assumed_with_the_credentials_of_its_source(string settings, string inBase)
    {
        _stage.WriteConfig(
            $"[default]\nrole_arn = {Role}\nexternal_id = partner\nduration_seconds = 900\nrole_session_name = "
                + $"node-7\n{settings.Replace("{keys}", EmulatedKeys, StringComparison.Ordinal)}\n"
                + $"[profile base]\n{EmulatedKeys}{inBase}");

        var identity = (await _stage.FindAsync())!;

        var request = RoleRequests.Single();
        Assert.That((request.AccessKeyId, request.SignatureVerified), Is.EqualTo((_emulator.ProfileCredentials.AccessKeyId, true)));
        Assert.That((request.Operation, request.Host), Is.EqualTo(("AssumeRole", "sts.eu-west-1.amazonaws.com")));
        Assert.That(request.Body, Does.Contain("RoleSessionName=node-7").And.Contain("ExternalId=partner").And.Contain("DurationSeconds=900"));
        Assert.That(identity.Origin, Does.StartWith(
            $"the role {Role}, assumed with the access key ending in {_emulator.ProfileCredentials.AccessKeyId[^4..]} from the AWS profile "));
    }

    [TestCase("aws_session_token = t0ken\naws_security_token = other", "t0ken")]
    [TestCase("aws_security_token = t0ken", "t0ken")]
    public async Task A_session_token_may_have_its_older_name(string settings, string token)
    {
        _stage.WriteConfig($"[default]\n{Keys}{settings}");

        Assert.That((await _stage.FindAsync())!.Credentials.Token, Is.EqualTo(token));
    }

    [TestCase("", "from-environment")]
    [TestCase("role_session_name = from-profile\n", "from-profile")]
    public async Task The_session_name_is_that_of_the_profile_or_else_of_the_environment(string settings, string name)
    {
        _stage.Set("AWS_ROLE_SESSION_NAME", "from-environment").WriteConfig($"[default]\nrole_arn = {Role}\nexternal_id = partner\n{settings}{EmulatedKeys}");

        await _stage.FindAsync();

        Assert.That(RoleRequests.Single().Body, Does.Contain($"RoleSessionName={name}"));
    }

    [TestCase("899")]
    [TestCase("43201")]
    [TestCase("1h")]
    public async Task A_duration_that_STS_does_not_allow_is_an_error(string duration)
    {
        _stage.WriteConfig($"[default]\nrole_arn = {Role}\nduration_seconds = {duration}\n{EmulatedKeys}");

        await AssertMisconfiguredAsync(
            () => _stage.FindAsync(),
            $"duration_seconds of the AWS profile \"default\" (\"{_stage.Home}/.aws/config\", line 3) is \"{duration}\"; "
                + "expected a number of seconds from 900 to 43200");
    }

    [Test]
    public async Task A_role_can_be_assumed_with_another_role()
    {
        _stage.WriteConfig(
            $"[default]\nrole_arn = {Role}\nexternal_id = partner\nsource_profile = middle\n"
                + $"[profile middle]\nrole_arn = {SecondRole}\nexternal_id = partner\nsource_profile = base\n[profile base]\n{EmulatedKeys}");

        await _stage.FindAsync();

        Assert.That(RoleRequests.Select(request => request.Principal), Is.EqualTo(new[]
        {
            _emulator.ProfileCredentials.PrincipalArn,
            "arn:aws:sts::123456789012:assumed-role/push/Ecr.Credentials",
        }));
    }

    [Test]
    public async Task A_web_identity_token_file_overrides_a_source_profile()
    {
        var token = _stage.Write("token", _emulator.Options.WebIdentityToken);
        _stage.WriteConfig(
            $"[default]\nrole_arn = {Role}\nrole_session_name = pod-7\nweb_identity_token_file = {token}\nsource_profile = "
                + $"base\n[profile base]\n{EmulatedKeys}");

        var identity = (await _stage.FindAsync())!;

        var request = RoleRequests.Single();
        Assert.That((request.Operation, request.AccessKeyId), Is.EqualTo(("AssumeRoleWithWebIdentity", (string?)null)));
        Assert.That(request.Body, Does.Contain("RoleSessionName=pod-7"));
        Assert.That(identity.Origin, Is.EqualTo($"the role {Role}, assumed with the token in \"{token}\""));
    }

    [TestCase("a", "b", "\"default\" -> \"a\" -> \"b\" -> \"a\"")]
    [TestCase("a\n" + Keys, "default", "\"default\" -> \"a\" -> \"default\"")]
    [TestCase("default", "b", "\"default\" -> \"default\"")]
    [TestCase("a", "default", "\"default\" -> \"a\" -> \"default\"")]
    public async Task The_error_for_a_cycle_of_profiles_shows_the_cycle(string ofDefault, string ofA, string circle)
    {
        _stage.WriteConfig(
            $"[default]\nrole_arn = {Role}\nsource_profile = {ofDefault}\n[profile a]\nrole_arn = {Role}\nsource_profile = "
                + $"{ofA}\n[profile b]\nrole_arn = {Role}\nsource_profile = a\n");

        await AssertMisconfiguredAsync(() => _stage.FindAsync(), $" form a cycle: {circle}. Break the circle: one profile must contain credentials.");
        Assert.That(_emulator.Requests, Is.Empty);
    }

    private static async Task AssertMisconfiguredAsync(Func<Task> action, string message)
    {
        var exception = (await Assert.ThrowsAsync<EcrCredentialException>(() => action()))!;
        Assert.That(exception.Message, Does.Contain(message));
        Assert.That(exception.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidConfiguration));
        Assert.That(exception.ToString(), Does.Not.Contain("hunter2"));
    }
}

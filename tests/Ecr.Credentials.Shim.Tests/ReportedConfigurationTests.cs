namespace Ecr.Credentials.Shim.Tests;

/// <summary>AWS files and variables as users of other tools have them, and have reported them where a tool refused them.</summary>
public sealed class ReportedConfigurationTests : ShimFixture
{
    private string Keys =>
        $"aws_access_key_id = {Emulator.ProfileCredentials.AccessKeyId}\naws_secret_access_key = {Emulator.ProfileCredentials.SecretAccessKey}\n";

    [Test]
    public async Task The_older_variable_selects_a_profile()
    {
        Write(".aws/credentials", $"[dev]\n{Keys}[default]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = wrong\n");

        await AssertProfileIsUsedAsync(("AWS_DEFAULT_PROFILE", "dev"));
    }

    [Test]
    public async Task A_colon_separates_key_and_value()
    {
        Write(".aws/credentials", $"[default]\n{Keys.Replace(" = ", ": ", StringComparison.Ordinal)}");

        await AssertProfileIsUsedAsync();
    }

    [Test]
    public async Task Values_may_be_in_double_quotes()
    {
        Write(".aws/credentials", $"[default]\n{Keys.Replace(" = ", " = \"", StringComparison.Ordinal).Replace("\n", "\"\n", StringComparison.Ordinal)}");

        await AssertProfileIsUsedAsync();
    }

    [Test]
    public async Task A_profile_name_may_be_in_quotes()
    {
        Write(".aws/config", $"[profile 'My Team']\n{Keys}");

        await AssertProfileIsUsedAsync(("AWS_PROFILE", "My Team"));
    }

    [TestCase("[default] # production\n{keys}")]
    [TestCase("[default]\n{keys}[profile other] # production\nregion = eu-west-1\n")]
    [TestCase("[default]\nregion=us-west-1  # optional\n{keys}")]
    [TestCase("[default]\nregion = us-west-1\n{keys}[profile other]\nnonsense\nuse_fips_endpoint moon\n")]
    public async Task Comments_and_other_sections_do_no_harm(string config)
    {
        Write(".aws/config", config.Replace("{keys}", Keys, StringComparison.Ordinal));

        await AssertProfileIsUsedAsync();
    }

    [TestCase("nonsense")]
    [TestCase("aws_access_key_id = AKIAWRONG\naws_secret_access_key = wrong")]
    [TestCase("[default\naws_access_key_id = AKIAWRONG")]
    [TestCase("{\"region\": \"eu-west-1\"}")]
    [TestCase("default:\n  region: eu-west-1")]
    public async Task A_malformed_file_does_no_harm_beside_keys_in_the_environment(string text)
    {
        Write(".aws/config", text);
        Write(".aws/credentials", text);

        AssertAnswer(await RunAsync(Request(), Emulator.Environment(CredentialSource.StaticKey)));
    }

    [TestCase("AWS_CONFIG_FILE")]
    [TestCase("AWS_SHARED_CREDENTIALS_FILE")]
    public async Task A_named_file_that_does_not_exist_is_an_empty_one(string variable)
    {
        Write(variable == "AWS_CONFIG_FILE" ? ".aws/credentials" : ".aws/config", $"[default]\n{Keys}");

        await AssertProfileIsUsedAsync((variable, "/nonexistent/aws"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The command is for a POSIX shell.")]
    public async Task A_node_with_a_signing_helper_may_have_no_credentials_file()
    {
        var keys = Emulator.ProfileCredentials;
        var output = WriteFile(
            "keys.json", $$"""{"Version":1,"AccessKeyId":"{{keys.AccessKeyId}}","SecretAccessKey":"{{keys.SecretAccessKey}}","Expiration":"2999-01-01T00:00:00Z"}""");
        var config = WriteFile("node-config", $"[default]\nregion = us-east-1\ncredential_process = cat '{output}'\n");

        await AssertProfileIsUsedAsync(("AWS_CONFIG_FILE", config), ("AWS_PROFILE", "default"), ("AWS_SHARED_CREDENTIALS_FILE", "/eks-hybrid/credentials"));
    }

    [TestCase("AWS_DEFAULTS_MODE", "in-region")]
    [TestCase("AWS_DEFAULTS_MODE", "cross-region")]
    [TestCase("AWS_DEFAULTS_MODE", "legacy")]
    [TestCase("AWS_DEFAULTS_MODE", "auto")]
    [TestCase("AWS_DEFAULTS_MODE", "")]
    [TestCase("AWS_ENDPOINT_URL_ECR", "")]
    [TestCase("AWS_USE_FIPS_ENDPOINT", "")]
    [TestCase("AWS_PROFILE", "")]
    [TestCase("AWS_CONFIG_FILE", "")]
    public async Task Documented_and_empty_values_are_accepted(string variable, string value)
    {
        Write(".aws/credentials", $"[default]\n{Keys}");

        await AssertProfileIsUsedAsync((variable, value));
    }

    [Test]
    public async Task The_CA_bundle_of_the_profile_is_trusted()
    {
        Write(".aws/config", $"[default]\nca_bundle = {Emulator.CertificateAuthorityFile}\n{Keys}");
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment(CredentialSource.None));
        variables.Remove("AWS_CA_BUNDLE");
        variables.Remove("SSL_CERT_FILE");

        AssertAnswer(await RunAsync(Request(), variables));
        Assert.That(TokenRequests.Single().AccessKeyId, Is.EqualTo(Emulator.ProfileCredentials.AccessKeyId));
    }

    [TestCase("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE\n")]
    [TestCase("AWS_SECRET_ACCESS_KEY", "hunter2\r\n")]
    [TestCase("AWS_SESSION_TOKEN", "hunter2\r\nX-Injected: 1")]
    public async Task A_line_break_in_a_key_is_reported_with_its_variable(string variable, string value)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.SessionKey)) { [variable] = value };

        AssertFailure(await RunAsync(Request(), variables), 2, $"{variable} contains an invalid character such as a line break: remove it");
        Assert.That(Emulator.Requests, Is.Empty);
    }

    [TestCase("use_fips_endpoint = true # required", "api.ecr-fips.eu-west-1.amazonaws.com")]
    [TestCase("use_fips_endpoint = false\nuse_fips_endpoint = true", "api.ecr-fips.eu-west-1.amazonaws.com")]
    [TestCase("output = moon\ncli_pager =\n  use_fips_endpoint = true", "api.ecr.eu-west-1.amazonaws.com")]
    [TestCase("cli_pager = less\n  use_fips_endpoint = true", "api.ecr-fips.eu-west-1.amazonaws.com")]
    public async Task FIPS_is_never_lost(string settings, string host)
    {
        Write(".aws/config", $"[default]\n{settings}\n{Keys}");

        AssertAnswer(await RunAsync(Request(), Emulator.ProxyEnvironment(CredentialSource.None)));
        Assert.That(TokenRequests.Single().Host, Is.EqualTo(host));
    }

    [TestCase("x", "api.ecr-fips.eu-west-1.amazonaws.com")]
    [TestCase("default", "ecr.eu-west-1.api.aws")]
    public async Task The_settings_are_those_of_the_profile_that_a_rule_names(string profile, string host)
    {
        Write(".aws/config", $"[default]\nuse_dualstack_endpoint = true\n{Keys}[profile x]\nuse_fips_endpoint = true\n{Keys}");

        AssertAnswer(await RunAsync(Request(), Emulator.ProxyEnvironment(CredentialSource.None), $"--identity=*.dkr.ecr.*.amazonaws.com=profile:{profile}"));
        Assert.That(TokenRequests.Single().Host, Is.EqualTo(host));
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(Home, ".aws"));
        WriteFile(name, text);
    }

    private async Task AssertProfileIsUsedAsync(params (string Name, string Value)[] changes)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None));
        foreach (var (name, value) in changes)
        {
            variables[name] = value;
        }

        AssertAnswer(await RunAsync(Request(), variables));
        Assert.That(TokenRequests.Single().AccessKeyId, Is.EqualTo(Emulator.ProfileCredentials.AccessKeyId));
    }
}

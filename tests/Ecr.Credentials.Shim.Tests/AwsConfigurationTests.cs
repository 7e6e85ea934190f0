namespace Ecr.Credentials.Shim.Tests;

/// <summary>Standard AWS SDK settings and credential sources.</summary>
public sealed class AwsConfigurationTests : ShimFixture
{
    [Test]
    public async Task Temporary_credentials_in_the_environment_are_used_with_their_session_token()
    {
        AssertAnswer(await RunAsync(Request(), Emulator.Environment(CredentialSource.SessionKey)));
        AssertSignedBy(Emulator.SessionCredentials);
    }

    [Test]
    public async Task Instance_metadata_credentials_are_found()
    {
        AssertAnswer(await RunAsync(Request(), Emulator.Environment(CredentialSource.InstanceMetadata)));
        AssertSignedBy(Emulator.InstanceCredentials);
    }

    [Test]
    public async Task Container_credentials_are_found()
    {
        AssertAnswer(await RunAsync(Request(), Emulator.Environment(CredentialSource.Container)));
        AssertSignedBy(Emulator.ContainerCredentials);
    }

    [Test]
    public async Task The_credentials_file_in_the_home_directory_is_read()
    {
        Directory.CreateDirectory(Path.Combine(Home, ".aws"));
        WriteFile(".aws/credentials", Profile("default"));

        AssertAnswer(await RunAsync(Request(), Emulator.Environment(CredentialSource.None)));
        AssertSignedBy(Emulator.ProfileCredentials);
    }

    [TestCase("AWS_SHARED_CREDENTIALS_FILE", "node")]
    [TestCase("AWS_CONFIG_FILE", "profile node")]
    public async Task A_named_profile_is_read_from_a_named_file(string variable, string section)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None))
        {
            [variable] = WriteFile("aws", Profile(section)),
            ["AWS_PROFILE"] = "node",
        };

        AssertAnswer(await RunAsync(Request(), variables));
        AssertSignedBy(Emulator.ProfileCredentials);
    }

    [Test]
    public async Task A_profile_that_does_not_exist_is_reported()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None)) { ["AWS_PROFILE"] = "nodes" };

        AssertFailure(await RunAsync(Request(), variables), 2, "the AWS profile \"nodes\" does not exist: correct AWS_PROFILE");
    }

    [TestCase("")]
    [TestCase("relative")]
    [TestCase(".")]
    public async Task Without_a_home_directory_no_file_is_read_from_the_working_directory(string home)
    {
        // The executable runs in this directory.
        Directory.CreateDirectory(Path.Combine(Home, ".aws"));
        WriteFile(".aws/credentials", "[default]\naws_access_key_id = AKIAHOSTILE\naws_secret_access_key = hostile\n");
        WriteFile(".aws/config", "[default]\nendpoint_url = http://127.0.0.1:1\nmax_attempts = 1\n");
        Directory.CreateDirectory(Path.Combine(Home, "relative/.aws"));
        WriteFile("relative/.aws/config", "[default]\nendpoint_url = http://127.0.0.1:1\nmax_attempts = 1\n");
        var endpoint = new Dictionary<string, string>(Emulator.ProxyEnvironment()) { ["HOME"] = home };
        var credentials = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None)) { ["HOME"] = home };

        AssertAnswer(await RunAsync(Request(), endpoint));
        AssertFailure(await RunAsync(Request(), credentials), 1, "no AWS credentials found: ");
    }

    [TestCase("AWS_SHARED_CREDENTIALS_FILE")]
    [TestCase("AWS_CONFIG_FILE")]
    public async Task A_missing_file_named_by_a_variable_is_reported(string variable)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None)) { [variable] = "/nowhere/aws" };

        AssertFailure(await RunAsync(Request(), variables), 1, $"\"/nowhere/aws\" ({variable}, does not exist)");
    }

    [TestCase("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not: set both or neither")]
    [TestCase("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not: set both or neither")]
    [TestCase("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI is not a valid URL: expected the form ")]
    public async Task Incomplete_settings_are_reported(string variable, string message)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None)) { [variable] = "half" };

        AssertFailure(await RunAsync(Request(), variables), 2, message);
        Assert.That(Emulator.Requests, Is.Empty);
    }

    [Test]
    public async Task A_credential_process_inherits_the_kubelets_environment()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None))
        {
            ["AWS_CONFIG_FILE"] = WriteFile("config", $"[default]\ncredential_process = env > '{Home}/env'; false\n"),
            ["SSL_CERT_FILE"] = "/etc/one.pem",
        };

        AssertFailure(await RunAsync(Request(), variables), 1, "the credential_process of the AWS profile \"default\" failed with exit code 1.");

        var lines = await File.ReadAllLinesAsync(Path.Combine(Home, "env"));
        Assert.That(lines.Where(line => line.StartsWith("SSL_CERT_", StringComparison.Ordinal)), Is.EqualTo(new[] { "SSL_CERT_FILE=/etc/one.pem" }));
    }

    [Test]
    public async Task Missing_credentials_are_reported()
    {
        AssertFailure(
            await RunAsync(Request(), Emulator.Environment(CredentialSource.None)),
            1,
            "no AWS credentials found: AWS_ACCESS_KEY_ID is not set; AWS_WEB_IDENTITY_TOKEN_FILE is not set; "
                + $"there is no profile \"default\" in \"{Home}/.aws/credentials\" or \"{Home}/.aws/config\"; "
                + "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set; "
                + "the instance metadata service is disabled by AWS_EC2_METADATA_DISABLED. "
                + "Attach an instance profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. "
                + "Set variables under the provider's env.");
        Assert.That(Emulator.Requests, Is.Empty);
    }

    [TestCase("AWS_ENDPOINT_URL_ECR", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app")]
    [TestCase("AWS_ENDPOINT_URL_ECR_PUBLIC", "public.ecr.aws/app")]
    public async Task A_service_specific_endpoint_takes_precedence(string variable, string image)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1",
            [variable] = Emulator.Address.AbsoluteUri,
        };

        AssertAnswer(await RunAsync(Request(image), variables));
    }

    [TestCase("123456789012.dkr-ecr-fips.us-west-2.on.aws/app", "")]
    [TestCase("123456789012.dkr.ecr.us-west-2.amazonaws.com/app", "true")]
    public async Task A_configured_endpoint_overrides_FIPS_and_dual_stack(string image, string flag)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment());
        if (flag.Length > 0)
        {
            variables["AWS_USE_FIPS_ENDPOINT"] = flag;
            variables["AWS_USE_DUALSTACK_ENDPOINT"] = flag;
        }

        AssertAnswer(await RunAsync(Request(image), variables));
        Assert.That(TokenRequests.Single().Region, Is.EqualTo("us-west-2"));
    }

    [TestCase("AWS_USE_FIPS_ENDPOINT", "api.ecr-fips.us-west-2.amazonaws.com")]
    [TestCase("AWS_USE_DUALSTACK_ENDPOINT", "ecr.us-west-2.api.aws")]
    public async Task A_variable_enables_FIPS_or_dual_stack_for_a_host_without_it(string variable, string endpoint)
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment()) { [variable] = "true" };

        AssertAnswer(await RunAsync(Request("123456789012.dkr.ecr.us-west-2.amazonaws.com/app"), variables));
        Assert.That(TokenRequests.Single().Host, Is.EqualTo(endpoint));
    }

    [Test]
    public async Task Endpoint_and_attempts_can_be_set_in_the_profile()
    {
        Emulator.Faults.Always(Fault.ServerError, AwsService.Ecr);
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["AWS_CONFIG_FILE"] = WriteFile("config", $"[default]\nmax_attempts = 2\nendpoint_url = {Emulator.Address.AbsoluteUri}\n"),
        };
        variables.Remove("AWS_ENDPOINT_URL");

        AssertFailure(await RunAsync(Request(), variables), 1, "the service failed.");
        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [TestCase("1", "standard", 1)]
    [TestCase("2", "standard", 2)]
    [TestCase("2", "adaptive", 2)]
    public async Task Attempts_and_retry_mode_are_read_from_the_environment(string attempts, string mode, int expected)
    {
        Emulator.Faults.Always(Fault.TooManyRequests, AwsService.Ecr);
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_MAX_ATTEMPTS"] = attempts, ["AWS_RETRY_MODE"] = mode };

        AssertFailure(await RunAsync(Request(), variables), 1, "AWS throttled every attempt.");
        Assert.That(TokenRequests, Has.Count.EqualTo(expected));
    }

    [TestCase("AWS_ENDPOINT_URL", "not an address")]
    [TestCase("AWS_ENDPOINT_URL_ECR", "ftp://127.0.0.1/")]
    [TestCase("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "maybe")]
    [TestCase("AWS_DEFAULTS_MODE", "quick")]
    public async Task An_invalid_setting_is_reported(string variable, string value)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { [variable] = value };

        AssertFailure(await RunAsync(Request(), variables), 2, "invalid AWS configuration: ");
    }

    private void AssertSignedBy(EmulatedCredentials credentials)
    {
        Assert.That(TokenRequests.Single().AccessKeyId, Is.EqualTo(credentials.AccessKeyId));
        Assert.That(TokenRequests.Single().SignatureVerified, Is.True);
    }

    private string Profile(string section) => $"""
        [{section}]
        aws_access_key_id = {Emulator.ProfileCredentials.AccessKeyId}
        aws_secret_access_key = {Emulator.ProfileCredentials.SecretAccessKey}
        """;
}

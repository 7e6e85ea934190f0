namespace Ecr.Credentials.Shim.Tests;

public sealed class ExchangeTests : ShimFixture
{
    [Test]
    public async Task The_response_is_exactly_what_the_kubelet_expects(
        [Values("v1", "v1beta1", "v1alpha1")] string version,
        [Values(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com:443",
            "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
            "123456789012.dkr-ecr.us-west-2.on.aws",
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
            "public.ecr.aws")] string host)
    {
        var result = await RunAsync(Request($"{host}/team/app", version));

        Assert.That(result.Error, Is.Empty);
        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(
            result.Output,
            Is.EqualTo(
                $$$$"""{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/{{{{version}}}}","cacheKeyType":"Registry","cacheDuration":"5h59m59s","auth":{"{{{{host}}}}":{"username":"AWS","password":"{{{{Emulator.Token}}}}"}}}"""
                + "\n"));
    }

    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1", "api.ecr.eu-west-1.amazonaws.com", AwsService.Ecr)]
    [TestCase("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "us-east-1", "api.ecr-fips.us-east-1.amazonaws.com", AwsService.Ecr)]
    [TestCase("123456789012.dkr-ecr.us-west-2.on.aws", "us-west-2", "ecr.us-west-2.api.aws", AwsService.Ecr)]
    [TestCase("123456789012.dkr-ecr-fips.us-west-2.on.aws", "us-west-2", "ecr-fips.us-west-2.api.aws", AwsService.Ecr)]
    [TestCase("210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", "api.ecr.cn-north-1.amazonaws.com.cn", AwsService.Ecr)]
    [TestCase("210987654321.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1", "ecr.cn-north-1.api.amazonwebservices.com.cn", AwsService.Ecr)]
    [TestCase("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "us-gov-west-1", "api.ecr.us-gov-west-1.amazonaws.com", AwsService.Ecr)]
    [TestCase("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", "api.ecr-fips.us-gov-west-1.amazonaws.com", AwsService.Ecr)]
    [TestCase("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "api.ecr.eusc-de-east-1.amazonaws.eu", AwsService.Ecr)]
    [TestCase("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "api.ecr.us-iso-east-1.c2s.ic.gov", AwsService.Ecr)]
    [TestCase("public.ecr.aws", "us-east-1", "api.ecr-public.us-east-1.amazonaws.com", AwsService.EcrPublic)]
    [TestCase("ecr-public.aws.com", "us-east-1", "ecr-public.us-east-1.api.aws", AwsService.EcrPublic)]
    public async Task The_call_goes_to_the_registrys_API_endpoint_signed_for_its_region(string host, string region, string endpoint, AwsService service)
    {
        // A proxy that accepts AWS's real names shows which endpoint was called.
        var result = await RunAsync(Request($"{host}/team/app"), Emulator.ProxyEnvironment());

        AssertAnswer(result);
        var request = TokenRequests.Single();
        Assert.That(request.SignatureVerified, Is.True);
        Assert.That((request.Scheme, request.Host, request.ViaProxy), Is.EqualTo(("https", endpoint, true)));
        Assert.That((request.Service, request.Region, request.StatusCode), Is.EqualTo((service, region, 200)));
        Assert.That(request.AccessKeyId, Is.EqualTo(Emulator.StaticCredentials.AccessKeyId));
    }

    [Test]
    public async Task The_call_is_GetAuthorizationToken_with_the_products_user_agent()
    {
        await RunAsync(Request());

        var request = TokenRequests.Single();
        Assert.That((request.Method, request.Path, request.Body), Is.EqualTo(("POST", "/", "{}")));
        Assert.That(request.Headers["X-Amz-Target"], Is.EqualTo("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"));
        Assert.That(request.Headers["Content-Type"], Is.EqualTo("application/x-amz-json-1.1"));
        Assert.That(request.UserAgent, Does.Match(@" lib/Ecr\.Credentials#\d+\.\d+\.\d+( |$)"));
    }

    [Test]
    public async Task The_argument_of_the_Go_plugin_is_accepted() => AssertAnswer(await RunAsync(Request(), "get-credentials"));

    [Test]
    public async Task Verbose_logs_without_secrets()
    {
        var result = await RunAsync(Request(), "-v");

        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(result.Response.Auth.Single().Value.Password, Is.EqualTo(Emulator.Token));
        Assert.That(
            result.Error,
            Does.Contain($"Registry 123456789012.dkr.ecr.eu-west-1.amazonaws.com: region eu-west-1, API {Emulator.Address.GetLeftPart(UriPartial.Authority)}\n")
                .And.Contain($"Using the access key ending in {Emulator.StaticCredentials.AccessKeyId[^4..]} from the environment (AWS_ACCESS_KEY_ID)")
                .And.Match($"POST {Emulator.Address.GetLeftPart(UriPartial.Authority)} answered 200 after [0-9]+ ms")
                .And.Contain("Got a password for 123456789012.dkr.ecr.eu-west-1.amazonaws.com that expires "));
        Assert.That(result.Error, Does.Not.Contain(Emulator.StaticCredentials.AccessKeyId));
        AssertNoSecret(result.Error);
    }

    [Test]
    public async Task An_alias_gets_the_password_of_its_registry()
    {
        var result = await RunAsync(
            Request("a.mirror.example:5000/team/app"),
            "--registry-alias", "*.other.example=123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "--registry-alias=*.mirror.example:5000=123456789012.dkr.ecr.ap-south-1.amazonaws.com");

        AssertAnswer(result);
        Assert.That(result.Response.Auth.Keys, Is.EqualTo(new[] { "a.mirror.example:5000" }));
        Assert.That(TokenRequests.Single().Region, Is.EqualTo("ap-south-1"));
    }

    [TestCase("AWS_REGION")]
    [TestCase("AWS_DEFAULT_REGION")]
    public async Task An_option_gives_an_unknown_host_the_default_regions_password(string variable)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { [variable] = "eu-north-1" };

        var result = await RunAsync(Request("registry.example:5000/app"), variables, "--unknown-registry=default-region");

        AssertAnswer(result);
        Assert.That(result.Response.Auth.Keys, Is.EqualTo(new[] { "registry.example:5000" }));
        Assert.That(TokenRequests.Single().Region, Is.EqualTo("eu-north-1"));
    }

    [Test]
    public async Task The_default_region_can_be_set_in_the_profile()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["AWS_CONFIG_FILE"] = WriteFile("config", "[default]\nregion = eu-south-2\n"),
        };

        AssertAnswer(await RunAsync(Request("registry.example/app"), variables, "--unknown-registry", "default-region"));
        Assert.That(TokenRequests.Single().Region, Is.EqualTo("eu-south-2"));
    }

    [Test]
    public async Task An_unknown_host_without_a_default_region_is_refused() =>
        AssertFailure(
            await RunAsync(Request("registry.example/app"), "--unknown-registry=default-region"),
            2,
            "\"registry.example\" is not an Amazon ECR registry host, and no default region is configured for it: set AWS_REGION");
}

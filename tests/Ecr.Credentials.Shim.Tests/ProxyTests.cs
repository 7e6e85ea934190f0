using Ecr.Credentials.Shim.Tests.Identities;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>AWS services are called through the configured proxy; endpoints on the machine itself bypass it.</summary>
public sealed class ProxyTests : ShimFixture
{
    [TestCase(CredentialSource.InstanceMetadata)]
    [TestCase(CredentialSource.Container)]
    [TestCase(CredentialSource.PodIdentity)]
    public async Task Metadata_and_container_credentials_bypass_proxies(CredentialSource source)
    {
        var proxy = Emulator.ProxyAddress.AbsoluteUri;
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment(source))
        {
            ["http_proxy"] = proxy,
            ["HTTP_PROXY"] = proxy,
            ["ALL_PROXY"] = proxy,
        };

        AssertAnswer(await RunAsync(Request(), variables));

        Assert.That(
            Emulator.ProxiedRequests.Select(request => (request.Method, request.Host)), Is.EqualTo(new[] { ("CONNECT", "api.ecr.eu-west-1.amazonaws.com") }));
    }

    [Test]
    public async Task ECR_and_STS_are_called_through_the_proxy()
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment());
        const string Role = "arn:aws:iam::123456789012:role/pull";

        AssertAnswer(await RunAsync(Request(), variables, $"--identity=*.dkr.ecr.*.amazonaws.com=role:{Role}"));

        Assert.That(
            Emulator.ProxiedRequests.Select(request => request.Host),
            Is.EquivalentTo(new[] { "sts.eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com" }));
    }

    [TestCase("127.0.0.1")]
    [TestCase("localhost,127.0.0.1")]
    public async Task NO_PROXY_lists_what_is_called_directly(string noProxy)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["http_proxy"] = Emulator.ProxyAddress.AbsoluteUri,
            ["NO_PROXY"] = noProxy,
        };

        AssertAnswer(await RunAsync(Request(), variables));
        Assert.That(Emulator.ProxiedRequests, Is.Empty);
    }

    [TestCase("socks5")]
    [TestCase("socks5h")]
    public async Task A_SOCKS_proxy_resolves_the_name(string scheme)
    {
        using var proxy = new SocksProxy(Emulator.HttpsAddress.Port);
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment()) { ["HTTPS_PROXY"] = $"{scheme}://127.0.0.1:{proxy.Port}" };

        AssertAnswer(await RunAsync(Request(), variables));

        Assert.That(proxy.Hosts.Distinct(), Is.EqualTo(new[] { "api.ecr.eu-west-1.amazonaws.com:443" }));
    }

    [TestCase("HTTPS_PROXY", "ftp://user:s3cret@proxy.example:21", "invalid HTTPS_PROXY \"ftp://proxy.example:21\": expected a proxy such as http://host:3128")]
    [TestCase("https_proxy", "http://proxy.example:port", "invalid https_proxy \"http://proxy.example:…\"")]
    [TestCase("HTTPS_PROXY", "http:// proxy.example", "invalid HTTPS_PROXY \"http:// proxy.example\"")]
    public async Task A_proxy_that_cannot_be_used_is_reported(string variable, string value, string message)
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment());
        variables.Remove("HTTPS_PROXY");
        variables[variable] = value;

        var result = await RunAsync(Request(), variables);

        AssertFailure(result, 2, message);
        Assert.That(result.Error, Does.Not.Contain("s3cret"));
    }

    [Test]
    public async Task An_endpoint_on_the_machine_itself_is_called_directly_and_needs_no_NO_PROXY()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["HTTP_PROXY"] = Emulator.ProxyAddress.AbsoluteUri,
            ["http_proxy"] = "not a proxy",
        };

        AssertAnswer(await RunAsync(Request(), variables));
        Assert.That(Emulator.ProxiedRequests, Is.Empty);
    }

    [Test]
    public async Task ALL_PROXY_is_not_used()
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment())
        {
            ["ALL_PROXY"] = Emulator.ProxyAddress.AbsoluteUri,
            ["AWS_ENDPOINT_URL"] = "https://ecr.invalid",
            ["AWS_MAX_ATTEMPTS"] = "1",
        };
        variables.Remove("HTTPS_PROXY");

        AssertFailure(await RunAsync(Request(), variables), 1, "cannot reach https://ecr.invalid: DNS lookup failed.");
        Assert.That(Emulator.ProxiedRequests, Is.Empty);
    }

    [Test]
    public async Task A_failure_names_the_proxy_without_its_user()
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment())
        {
            ["HTTPS_PROXY"] = "http://user:s3cret@127.0.0.1:1",
            ["AWS_MAX_ATTEMPTS"] = "1",
        };

        var result = await RunAsync(Request(), variables);

        AssertFailure(
            result, 1, "cannot reach https://api.ecr.eu-west-1.amazonaws.com through the proxy 127.0.0.1:1 (HTTPS_PROXY): connection refused.");
        Assert.That(result.Error, Does.Not.Contain("s3cret"));
    }

    [Test]
    public async Task The_CA_bundle_of_the_profile_is_trusted_behind_a_proxy_with_a_user()
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment())
        {
            ["AWS_CONFIG_FILE"] = WriteFile("config", $"[default]\nca_bundle = {Emulator.CertificateAuthorityFile}\n"),
            ["HTTPS_PROXY"] = $"http://user:p%40ss%3Aword@{Emulator.ProxyAddress.Authority}",
        };
        variables.Remove("AWS_CA_BUNDLE");
        variables.Remove("SSL_CERT_FILE");

        AssertAnswer(await RunAsync(Request(), variables));
        Assert.That(Emulator.ProxiedRequests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task With_v_every_setting_in_effect_is_shown_with_its_source()
    {
        var config = WriteFile("config", """
            [profile node]
            region = eu-west-3
            use_dualstack_endpoint = true
            max_attempts = 4
            services = local
            [services local]
            sts =
              endpoint_url = http://127.0.0.1:1
            """);
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment())
        {
            ["AWS_CONFIG_FILE"] = config,
            ["AWS_PROFILE"] = "node",
            ["AWS_USE_FIPS_ENDPOINT"] = "true",
        };
        var proxy = Emulator.ProxyAddress.Authority;
        variables["HTTPS_PROXY"] = $"http://user:s3cret@{proxy}";

        var result = await RunAsync(Request("123456789012.dkr.ecr.us-west-2.amazonaws.com/app"), variables, "-v");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        var lines = result.Error.Split('\n', StringSplitOptions.TrimEntries);
        foreach (var line in (string[])
            [
                "FIPS: on (AWS_USE_FIPS_ENDPOINT)",
                "dual-stack: on (profile \"node\")",
                "attempts: 4 (profile \"node\")",
                $"proxy: {proxy} (HTTPS_PROXY)",
                $"CA bundle: \"{Emulator.CertificateAuthorityFile}\" (AWS_CA_BUNDLE)",
            ])
        {
            Assert.That(lines, Has.One.EqualTo($"ecr-credential-provider: {line}"));
        }

        Assert.That(result.Error, Does.Not.Contain("s3cret").And.Not.Contain("endpoint:").And.Not.Contain("region:"));
    }

    [Test]
    public async Task With_v_a_configured_endpoint_and_the_default_region_are_shown_with_their_source()
    {
        var config = WriteFile("config", $"""
            [default]
            services = local
            region = eu-west-3
            [services local]
            ecr =
              endpoint_url = {Emulator.Address.AbsoluteUri}
            """);
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_CONFIG_FILE"] = config };
        variables.Remove("AWS_ENDPOINT_URL");
        variables.Remove("AWS_REGION");

        var result = await RunAsync("", variables, "login-password", "-v");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(
            result.Error,
            Does.Contain($"endpoint: {Emulator.Address.GetLeftPart(UriPartial.Authority)} (profile \"default\", services \"local\")")
                .And.Contain("region: eu-west-3 (profile \"default\")"));
    }

    [TestCase("Role by rule", "STS")]
    [TestCase("Web identity", "STS")]
    [TestCase("SSO session", "SSO")]
    [TestCase("SSO session", "SSO OIDC")]
    [TestCase("Sign-in", "SIGNIN")]
    public async Task With_v_a_configured_endpoint_of_a_service_that_returns_credentials_is_shown_with_its_source(string identity, string service)
    {
        var stage = new IdentityStage(Emulator, Home, "aws");
        IdentityCase.All.Single(other => other.Name == identity).SetUp(stage);
        stage.WriteSsoToken("corp", expiresAt: "2020-01-01T00:00:00Z");
        var variable = $"AWS_ENDPOINT_URL_{service.Replace(' ', '_')}";
        stage.Set(variable, Emulator.Address.AbsoluteUri);

        var result = await RunAsync(Request(), stage.Variables, [.. stage.Arguments, "-v"]);

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(
            result.Error.Split('\n'),
            Has.One.EqualTo($"ecr-credential-provider: {service} endpoint: {Emulator.Address.GetLeftPart(UriPartial.Authority)} ({variable})"));
    }
}

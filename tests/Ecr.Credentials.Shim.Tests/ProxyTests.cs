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
}

using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class AwsEmulatorTests
{
    [Test]
    public async Task Requests_records_requests_and_responses()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        using var client = new SignedHttpClient(emulator);
        using var message = SignedHttpClient.CreateRequest(SignedHttpClient.EcrTarget);
        message.Headers.UserAgent.ParseAdd("client/1.0");

        using var response = await client.SendAsync(message, "ecr", "eu-west-1", time.GetUtcNow().UtcDateTime);

        var request = emulator.Requests.Single();
        Assert.Multiple(() =>
        {
            Assert.That(request.Time, Is.EqualTo(time.GetUtcNow()));
            Assert.That(request.Service, Is.EqualTo(AwsService.Ecr));
            Assert.That(request.Operation, Is.EqualTo("GetAuthorizationToken"));
            Assert.That(request.Method, Is.EqualTo("POST"));
            Assert.That(request.Host, Is.EqualTo(emulator.Address.Authority));
            Assert.That(request.Path, Is.EqualTo("/"));
            Assert.That(request.Scheme, Is.EqualTo("http"));
            Assert.That(request.ViaProxy, Is.False);
            Assert.That(request.Headers["x-amz-target"], Is.EqualTo(SignedHttpClient.EcrTarget));
            Assert.That(request.Body, Is.EqualTo("{}"));
            Assert.That(request.UserAgent, Is.EqualTo("client/1.0"));
            Assert.That(request.AccessKeyId, Is.EqualTo(emulator.StaticCredentials.AccessKeyId));
            Assert.That(request.Principal, Is.EqualTo("arn:aws:iam::123456789012:user/static"));
            Assert.That(request.Region, Is.EqualTo("eu-west-1"));
            Assert.That(request.SigningService, Is.EqualTo("ecr"));
            Assert.That(request.SignatureVerified, Is.True);
            Assert.That(request.StatusCode, Is.EqualTo(200));
            Assert.That(request.ErrorCode, Is.Null);
        });
    }

    [Test]
    public async Task Requests_records_unknown_requests()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(emulator.Address, "/anything?x=1"));

        Assert.That(emulator.Requests.Single().Service, Is.EqualTo(AwsService.Unknown));
        Assert.That(emulator.Requests.Single().Path, Is.EqualTo("/anything"));
        Assert.That(emulator.Requests.Single().ErrorCode, Is.EqualTo("UnknownOperationException"));
    }

    [Test]
    public async Task Every_credential_source_has_its_own_key()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        EmulatedCredentials[] sources =
        [
            emulator.StaticCredentials,
            emulator.ProfileCredentials,
            emulator.SessionCredentials,
            emulator.InstanceCredentials,
            emulator.ContainerCredentials,
            emulator.PodIdentityCredentials,
            emulator.SsoCredentials,
            emulator.IssueSession("another", TimeSpan.FromHours(1)),
        ];

        Assert.That(sources.Select(credentials => credentials.AccessKeyId), Is.Unique.And.All.Match(@"\AA[KS]IA[A-Z2-7]{16}\z"));
        Assert.That(sources.Select(credentials => credentials.PrincipalArn), Is.Unique);
    }

    [Test]
    public async Task WaitForRequestAsync_completes_for_an_earlier_request()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);
        using var response = await client.GetTokenAsync();

        var request = await emulator.WaitForRequestAsync(request => request.Service is AwsService.Ecr);

        Assert.That(request.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task WaitForRequestAsync_skips_requests_that_do_not_match()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);
        var publicRequest = emulator.WaitForRequestAsync(request => request.Service is AwsService.EcrPublic);

        using var first = await client.GetTokenAsync();
        Assert.That(publicRequest.IsCompleted, Is.False);
        using var second = await client.GetPublicTokenAsync();

        Assert.That((await publicRequest).Service, Is.EqualTo(AwsService.EcrPublic));
    }

    [Test]
    public async Task WaitForRequestAsync_can_be_canceled()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var canceled = new CancellationTokenSource();

        var waiting = emulator.WaitForRequestAsync(cancellationToken: canceled.Token);
        await canceled.CancelAsync();

        await Assert.ThatAsync(() => waiting, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(CredentialSource.None, "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL")]
    [TestCase(CredentialSource.StaticKey, "AWS_ACCESS_KEY_ID", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY")]
    [TestCase(CredentialSource.SessionKey, "AWS_ACCESS_KEY_ID", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
    [TestCase(CredentialSource.InstanceMetadata, "AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_ENDPOINT_URL")]
    [TestCase(CredentialSource.Container, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL")]
    [TestCase(
        CredentialSource.PodIdentity, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_DISABLED",
            "AWS_ENDPOINT_URL")]
    public async Task Environment_configures_one_credential_source(CredentialSource source, params string[] names)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        var environment = emulator.Environment(source);

        Assert.Multiple(() =>
        {
            Assert.That(environment.Keys.Order(StringComparer.Ordinal), Is.EqualTo(names));
            Assert.That(environment["AWS_ENDPOINT_URL"] + "/", Is.EqualTo(emulator.Address.ToString()));
            Assert.That(environment["AWS_EC2_METADATA_DISABLED"], Is.EqualTo(source is CredentialSource.InstanceMetadata ? "false" : "true"));
        });
    }

    [Test]
    public async Task Environment_sets_the_region_if_the_options_do()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { Region = "eu-west-1" });

        Assert.That(emulator.Environment()["AWS_REGION"], Is.EqualTo("eu-west-1"));
    }

    [Test]
    public async Task ProxyEnvironment_sets_the_proxy_instead_of_the_endpoint()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        var environment = emulator.ProxyEnvironment();

        Assert.That(environment, Does.Not.ContainKey("AWS_ENDPOINT_URL"));
        Assert.That(environment["HTTPS_PROXY"] + "/", Is.EqualTo(emulator.ProxyAddress.ToString()));
    }
}

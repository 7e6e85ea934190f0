using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Ecr.Credentials.Http;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Http;

public sealed class EcrRegistryHandlerTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Storage = "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com";

    private static readonly DateTimeOffset Expiry = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static string Credential => LoopbackServer.BasicAuthorization("AWS", FakeTokenSource.Password);

    [TestCase("https://" + Host + "/v2/")]
    [TestCase("https://" + Host + ":443/v2/")]
    [TestCase("https://123456789012.DKR.ecr.eu-west-1.amazonaws.com/v2/")]
    [TestCase("https://123456789012.dkr-ecr.eu-west-1.on.aws/v2/app/manifests/1.0?n=1")]
    [TestCase("https://mirror.example:5000/v2/")]
    [TestCase("https://other.example/v2/")]
    [TestCase("http://127.0.0.1:5000/v2/")]
    [TestCase("http://localhost:5000/v2/")]
    [TestCase("http://LOCALHOST:5000/v2/")]
    public async Task A_request_to_a_registry_or_alias_gets_credentials(string address)
    {
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry));

        using var response = await client.GetAsync(new Uri(address));

        Assert.That(registry.Requests.Single().Authorization, Is.EqualTo(Credential));
    }

    [TestCase("https://docker.io/v2/")]
    [TestCase("https://" + Storage + "/layer")]
    [TestCase("https://api.ecr.eu-west-1.amazonaws.com/")]
    [TestCase("https://" + Host + ".evil.example/v2/")]
    [TestCase("https://" + Host + ":8443/v2/")]
    [TestCase("https://" + Host + "@evil.example/v2/")]
    [TestCase("https://evil.example/" + Host + "/v2/")]
    [TestCase("https://mirror.example/v2/")]
    [TestCase("https://mirror.example:5001/v2/")]
    [TestCase("http://" + Host + "/v2/")]
    [TestCase("http://" + Host + ":443/v2/")]
    [TestCase("http://mirror.example:5000/v2/")]
    [TestCase("http://localhost.evil.example:5000/v2/")]
    [TestCase("http://127.0.0.1.evil.example:5000/v2/")]
    public async Task A_request_to_another_host_or_over_http_gets_no_credentials_and_requests_no_token(string address)
    {
        var tokens = new FakeTokenSource(Expiry);
        await using var registry = await StartAsync();
        using var client = Client(registry, tokens);

        using var response = await client.GetAsync(new Uri(address));

        Assert.That(registry.Requests.Single().Authorization, Is.Null);
        Assert.That(tokens.Requests, Is.Empty);
    }

    [Test]
    public async Task A_host_that_is_not_ECR_gets_no_credentials_of_the_default_region()
    {
        var options = new EcrCredentialProviderOptions { UnknownRegistry = UnknownRegistryHandling.UseDefaultRegion };
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry), options);

        using var response = await client.GetAsync(new Uri("https://docker.io/v2/"));

        Assert.That(registry.Requests.Single().Authorization, Is.Null);
    }

    [Test]
    public async Task A_request_with_its_own_Host_header_gets_no_credentials()
    {
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Host}/v2/") { Headers = { Host = "evil.example" } };

        using var response = await client.SendAsync(request);

        Assert.That(registry.Requests.Single(), Has.Property("Host").EqualTo("evil.example").And.Property("Authorization").Null);
    }

    [TestCase("Bearer mine")]
    [TestCase("Basic bWluZTptaW5l")]
    [TestCase("not a scheme, but mine")]
    public async Task An_Authorization_header_of_the_caller_is_kept_even_if_it_is_rejected(string authorization)
    {
        var tokens = new FakeTokenSource(Expiry);
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", FakeTokenSource.Password);
        using var client = Client(registry, tokens);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Host}/v2/");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(registry.Requests.Single().Authorization, Is.EqualTo(authorization));
        Assert.That(request.Headers.NonValidated["Authorization"].ToString(), Is.EqualTo(authorization));
        Assert.That(tokens.Requests, Is.Empty);
    }

    [Test]
    public async Task A_default_Authorization_header_of_the_client_is_kept()
    {
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "mine");

        using var response = await client.GetAsync(new Uri($"https://{Host}/v2/"));

        Assert.That(registry.Requests.Single().Authorization, Is.EqualTo("Bearer mine"));
    }

    [TestCase("https://public.ecr.aws/v2/docker/library/nginx/tags/list", "Bearer")]
    [TestCase("https://public.ecr.aws/tokens/v2/", "Bearer")]
    [TestCase("https://public.ecr.aws/token/?service=public.ecr.aws", "Basic")]
    [TestCase("https://ecr-public.aws.com/token", "Basic")]
    public async Task ECR_Public_gets_the_credentials_as_Bearer_except_at_its_token_endpoint(string address, string scheme)
    {
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry));

        using var response = await client.GetAsync(new Uri(address));

        Assert.That(registry.Requests.Single().Authorization, Is.EqualTo(Credential.Replace("Basic", scheme, StringComparison.Ordinal)));
    }

    [TestCase("/v2/team/app/manifests/1.0", "team")]
    [TestCase("/v2/team/app/blobs/uploads/", "team")]
    [TestCase("/v2/other/app/manifests/1.0", "host")]
    [TestCase("/v2/", "host")]
    public async Task A_rule_selects_the_identity_by_host_and_repository_also_for_a_refresh(string path, string profile)
    {
        var tokens = Renewing();
        var options = new EcrCredentialProviderOptions();
        options.IdentityRules.Add(EcrIdentityRule.Parse($"{Host}/team=profile:team"));
        options.IdentityRules.Add(EcrIdentityRule.Parse($"{Host}=profile:host"));
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "password-2");
        using var client = Client(registry, tokens, options);

        using var response = await client.GetAsync(new Uri($"https://{Host}{path}"));

        Assert.That(tokens.Requests.Select(request => request.Identity), Is.All.EqualTo(EcrIdentity.Profile(profile)).And.Exactly(2).Items);
    }

    [TestCase("https://other.example/v2/", "other.example:443")]
    [TestCase("https://other.example:443/v2/", "other.example:443")]
    [TestCase("https://" + Host + "/v2/", Host + ":443")]
    public async Task A_rule_with_port_443_applies_to_a_request_without_a_port(string address, string pattern)
    {
        var tokens = new FakeTokenSource(Expiry);
        var options = new EcrCredentialProviderOptions();
        options.IdentityRules.Add(EcrIdentityRule.Parse($"{pattern}=profile:rule"));
        await using var registry = await StartAsync();
        using var client = Client(registry, tokens, options);

        using var response = await client.GetAsync(new Uri(address));

        Assert.That(tokens.Requests.Single().Identity, Is.EqualTo(EcrIdentity.Profile("rule")));
    }

    [Test]
    public async Task A_rejected_token_is_refreshed_and_the_request_sent_again()
    {
        var tokens = Renewing();
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "password-2");
        using var client = Client(registry, tokens);

        using var response = await client.GetAsync(new Uri($"https://{Host}/v2/"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(registry.Requests, Has.Count.EqualTo(2));
        Assert.That(tokens.Requests.Select(request => request.RejectedToken?.Password), Is.EqualTo(new[] { null, "password-1" }));
        Assert.That(tokens.Requests[1].Registry.Host, Is.EqualTo(Host));
    }

    [Test]
    public async Task A_rejected_token_is_refreshed_through_the_cache()
    {
        var clock = new FakeTimeProvider(Expiry.AddHours(-12));
        var calls = 0;
        var source = EcrTokenSource.FromDelegate((_, _) => ValueTask.FromResult(new EcrToken("AWS", $"password-{++calls}", Expiry)));
        using var cache = new EcrTokenCache(source, timeProvider: clock);
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "password-2");
        using var provider = new EcrCredentialProvider(cache);
        using var client = new HttpClient(new EcrRegistryHandler(provider) { InnerHandler = registry.CreateConnection() });

        using var tooYoung = await client.GetAsync(new Uri($"https://{Host}/v2/"));
        clock.Advance(TimeSpan.FromMinutes(1));
        using var renewed = await client.GetAsync(new Uri($"https://{Host}/v2/"));
        using var kept = await client.GetAsync(new Uri($"https://{Host}/v2/"));

        Assert.That(new[] { (int)tooYoung.StatusCode, (int)renewed.StatusCode, (int)kept.StatusCode }, Is.EqualTo(new[] { 401, 200, 200 }));
        Assert.That(calls, Is.EqualTo(2));
    }

    [Test]
    public async Task A_registry_that_rejects_the_refreshed_token_is_not_called_again()
    {
        var tokens = Renewing();
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "never");
        using var client = Client(registry, tokens);

        using var response = await client.GetAsync(new Uri($"https://{Host}/v2/"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(registry.Requests, Has.Count.EqualTo(2));
        Assert.That(tokens.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_request_is_not_repeated_with_the_same_token()
    {
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "never");
        using var client = Client(registry, new FakeTokenSource(Expiry));

        using var response = await client.GetAsync(new Uri($"https://{Host}/v2/"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(registry.Requests, Has.Count.EqualTo(1));
    }

    [TestCase("https://public.ecr.aws/v2/app/manifests/1", 400, 2)]
    [TestCase("https://" + Host + "/v2/app/manifests/1", 400, 1)]
    [TestCase("https://" + Host + "/v2/app/manifests/1", 403, 1)]
    [TestCase("https://" + Host + "/v2/app/manifests/1", 404, 1)]
    [TestCase("https://docker.io/v2/app/manifests/1", 401, 1)]
    public async Task Only_a_status_that_rejects_the_token_triggers_a_refresh(string address, int status, int requests)
    {
        await using var registry = await LoopbackServer.StartAsync((_, response) =>
        {
            response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var client = Client(registry, Renewing());

        using var response = await client.GetAsync(new Uri(address));

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(registry.Requests, Has.Count.EqualTo(requests));
    }

    private static IEnumerable<TestCaseData> RepeatableContents()
    {
        yield return new TestCaseData((Func<HttpContent>)(() => new StringContent("manifest"))).SetArgDisplayNames("text");
        yield return new TestCaseData((Func<HttpContent>)(() => new ByteArrayContent("manifest"u8.ToArray()))).SetArgDisplayNames("bytes");
        yield return new TestCaseData((Func<HttpContent>)(() => new ReadOnlyMemoryContent("manifest"u8.ToArray()))).SetArgDisplayNames("memory");
    }

    [TestCaseSource(nameof(RepeatableContents))]
    public async Task Content_that_can_be_read_again_is_resent(Func<HttpContent> content)
    {
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "password-2");
        using var client = Client(registry, Renewing());

        using var response = await client.PutAsync(new Uri($"https://{Host}/v2/app/manifests/1"), content());

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(registry.Requests.Select(request => request.Body), Is.EqualTo(new[] { "manifest", "manifest" }));
    }

    [Test]
    public async Task Content_that_may_be_consumed_is_not_resent_but_the_next_request_succeeds()
    {
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "password-2");
        using var client = Client(registry, Renewing());
        var address = new Uri($"https://{Host}/v2/app/blobs/uploads/1");

        using var refused = await client.PatchAsync(address, new StreamContent(new MemoryStream("layer"u8.ToArray())));
        using var accepted = await client.PatchAsync(address, new StreamContent(new MemoryStream("layer"u8.ToArray())));

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(accepted.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(registry.Requests.Select(request => request.Body), Is.EqualTo(new[] { "layer", "layer" }));
    }

    [TestCase(HttpStatusCode.OK)]
    [TestCase(HttpStatusCode.Unauthorized)]
    public async Task Storage_gets_no_credentials_if_the_primary_handler_follows_the_redirect(HttpStatusCode answerOfStorage)
    {
        var tokens = Renewing();
        await using var registry = await StartWithStorageAsync(answerOfStorage);
        using var client = Client(registry, tokens, followRedirects: true);

        using var response = await client.GetAsync(new Uri($"https://{Host}/v2/app/blobs/1"));

        Assert.That(response.StatusCode, Is.EqualTo(answerOfStorage));
        AssertStorageSawNoCredential(registry);
        Assert.That(tokens.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Storage_gets_no_credentials_if_an_outer_handler_sends_the_same_message_there()
    {
        await using var registry = await StartWithStorageAsync(HttpStatusCode.OK);
        using var client = new HttpClient(new ResendingHandler { InnerHandler = Handler(registry, Renewing()) });

        using var response = await client.GetAsync(new Uri($"https://{Host}/v2/app/blobs/1"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        AssertStorageSawNoCredential(registry);
    }

    [Test]
    public async Task The_message_contains_no_credentials_after_the_response()
    {
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry));

        using var response = await client.GetAsync(new Uri($"https://{Host}/v2/"));

        Assert.That(response.RequestMessage!.ToString(), Does.Not.Contain("Authorization"));
    }

    [Test]
    public async Task The_message_contains_no_credentials_after_a_failure()
    {
        using var handler = new EcrRegistryHandler(Provider(new FakeTokenSource(Expiry))) { InnerHandler = new BrokenConnection() };
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Host}/v2/");

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, CancellationToken.None));

        Assert.That(request.Headers.Authorization, Is.Null);
    }

    [Test]
    public async Task An_outer_handler_can_send_the_message_again()
    {
        await using var registry = await StartAsync();
        using var client = new HttpMessageInvoker(Handler(registry, new FakeTokenSource(Expiry)));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Host}/v2/");

        using var first = await client.SendAsync(request, CancellationToken.None);
        using var second = await client.SendAsync(request, CancellationToken.None);

        Assert.That(registry.Requests.Select(received => received.Authorization), Is.EqualTo(new[] { Credential, Credential }));
    }

    [Test]
    public async Task Without_a_token_nothing_is_sent_and_the_error_is_thrown()
    {
        await using var registry = await StartAsync();
        using var client = Client(registry, FakeTokenSource.Failing(EcrCredentialErrorReason.AccessDenied));

        var e = await Assert.ThrowsAsync<EcrCredentialException>(() => client.GetAsync(new Uri($"https://{Host}/v2/")));

        Assert.That(e!.Reason, Is.EqualTo(EcrCredentialErrorReason.AccessDenied));
        Assert.That(registry.Requests, Is.Empty);
    }

    [Test]
    public async Task A_failed_refresh_after_a_rejection_is_thrown()
    {
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", "never");
        using var client = Client(registry, new FakeTokenSource((request, _) => request.RejectedToken is null
            ? Task.FromResult(new EcrToken("AWS", "old", Expiry))
            : throw new EcrCredentialException(EcrCredentialErrorReason.Unreachable, "cannot reach it. Check the network.")));

        var e = await Assert.ThrowsAsync<EcrCredentialException>(() => client.GetAsync(new Uri($"https://{Host}/v2/")));

        Assert.That(e!.Reason, Is.EqualTo(EcrCredentialErrorReason.Unreachable));
    }

    [Test]
    public async Task A_canceled_request_does_not_wait_for_a_token()
    {
        var asked = new TaskCompletionSource();
        using var cancelled = new CancellationTokenSource();
        await using var registry = await StartAsync();
        using var client = Client(registry, FakeTokenSource.Hanging(asked));

        var call = client.GetAsync(new Uri($"https://{Host}/v2/"), cancelled.Token);
        await asked.Task;
        await cancelled.CancelAsync();

        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(registry.Requests, Is.Empty);
    }

    [Test]
    public async Task A_synchronous_request_that_needs_credentials_is_rejected()
    {
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Host}/v2/");

        var e = Assert.Throws<NotSupportedException>(() => client.Send(request));

        Assert.That(e!.Message, Is.EqualTo($"credentials for \"{Host}\" cannot be obtained synchronously. Use SendAsync."));
    }

    [Test]
    public async Task A_synchronous_request_that_needs_no_credentials_is_sent()
    {
        await using var registry = await StartAsync();
        using var client = new HttpClient(new EcrRegistryHandler(Provider(new FakeTokenSource(Expiry))) { InnerHandler = new HttpClientHandler() });
        using var request = new HttpRequestMessage(HttpMethod.Get, registry.Address);

        using var response = await Task.Run(() => client.Send(request));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_request_to_a_registry_over_plain_http_logs_a_warning()
    {
        var logger = new ListLogger();
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry), logger: logger);

        using var response = await client.GetAsync(new Uri($"http://{Host}:443/v2/"));

        Assert.That(logger.Lines, Is.EqualTo(new[] { $"Warning: Not sending credentials to the registry {Host}:443 over http; use https" }));
    }

    [Test]
    public async Task A_request_to_the_machine_itself_bypasses_the_proxy([Values("sockets", "client", "below another handler")] string kind)
    {
        await using var proxy = await StartAsync();
        await using var registry = await StartAsync();
        using var primary = Primary(kind, proxy.Address);
        using var client = new HttpClient(new EcrRegistryHandler(LoopbackProvider(registry)) { InnerHandler = primary });

        using var other = await client.GetAsync(new Uri("http://name.example/v2/"));
        using var response = await client.GetAsync(new Uri(registry.Address, "v2/"));

        Assert.That(proxy.Requests.Single().Host, Is.EqualTo("name.example"));
        Assert.That(registry.Requests.Single().Authorization, Is.EqualTo(Credential));
    }

    [Test]
    [NonParallelizable]
    public async Task A_request_to_the_machine_itself_bypasses_the_default_proxy()
    {
        await using var proxy = await StartAsync();
        await using var registry = await StartAsync();
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(proxy.Address);
        try
        {
            using var client = new HttpClient(new EcrRegistryHandler(LoopbackProvider(registry)) { InnerHandler = new SocketsHttpHandler() });
            using var response = await client.GetAsync(new Uri(registry.Address, "v2/"));
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.That((proxy.Requests.Count, registry.Requests.Single().Authorization), Is.EqualTo((0, Credential)));
    }

    [Test]
    public async Task A_primary_handler_that_is_in_use_and_has_a_proxy_gets_no_credentials_for_the_machine_itself()
    {
        using var logger = new ListLogger();
        await using var proxy = await StartAsync();
        await using var registry = await StartAsync();
        using var primary = new SocketsHttpHandler { Proxy = new WebProxy(proxy.Address) };
        using var used = new HttpClient(primary, disposeHandler: false);
        using var first = await used.GetAsync(new Uri("http://name.example/"));
        using var client = new HttpClient(new EcrRegistryHandler(LoopbackProvider(registry, logger)) { InnerHandler = primary });

        using var response = await client.GetAsync(new Uri(registry.Address, "v2/"));

        Assert.That(proxy.Requests.Select(request => request.Authorization), Is.EqualTo(new string?[] { null, null }));
        Assert.That(
            logger.Lines,
            Has.One.StartsWith($"Warning: Not sending credentials to the registry {registry.Address.Authority} through the proxy http://127.0.0.1:"));
    }

    [Test]
    public async Task The_identity_of_a_request_is_that_of_its_options()
    {
        await using var registry = await StartAsync();
        var tokens = new FakeTokenSource(Expiry);
        using var client = Client(registry, tokens);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://localhost:5000/v2/"));
        request.Options.Set(EcrRegistryHandler.IdentityKey, EcrIdentity.Profile("tenant"));

        using var response = await client.SendAsync(request);

        Assert.That(tokens.Requests.Single().Identity, Is.EqualTo(EcrIdentity.Profile("tenant")));
    }

    [TestCase("http://unknown.example/v2/", null, "unknown.example: the host is not an ECR registry, and no alias matches it")]
    [TestCase("http://localhost:5000/v2/", "Authorization", "localhost:5000: the request has an Authorization header")]
    [TestCase("http://localhost:5000/v2/", "Host", "localhost:5000: the request has a Host header")]
    public async Task A_request_without_credentials_is_logged_with_the_reason(string address, string? header, string message)
    {
        var logger = new ListLogger();
        await using var registry = await StartAsync();
        using var client = Client(registry, new FakeTokenSource(Expiry), logger: logger);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address));
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, "x");
        }

        using var response = await client.SendAsync(request);

        Assert.That(logger.Lines, Has.One.EqualTo($"Debug: Not adding credentials to a request for {message}"));
    }

    private static EcrCredentialProvider LoopbackProvider(LoopbackServer registry, ListLogger? logger = null)
    {
        var options = new EcrCredentialProviderOptions();
        options.RegistryAliases.Add(EcrRegistryAlias.Parse($"{registry.Address.Authority}={Host}"));
        return EcrCredentialProvider.WithoutCache(new FakeTokenSource(Expiry), options, logger: logger);
    }

    private static HttpMessageHandler Primary(string kind, Uri proxy) => kind switch
    {
        "sockets" => new SocketsHttpHandler { Proxy = new WebProxy(proxy) },
        "client" => new HttpClientHandler { Proxy = new WebProxy(proxy) },
        _ => new ResendingHandler { InnerHandler = new SocketsHttpHandler { Proxy = new WebProxy(proxy) } },
    };

    private static Task<LoopbackServer> StartAsync() => LoopbackServer.StartAsync((_, _) => Task.CompletedTask);

    private static Task<LoopbackServer> StartWithStorageAsync(HttpStatusCode answerOfStorage) => LoopbackServer.StartAsync((request, response) =>
    {
        if (request.Host == Storage)
        {
            response.StatusCode = (int)answerOfStorage;
        }
        else
        {
            response.Redirect($"https://{Storage}/layer", permanent: false, preserveMethod: true);
        }

        return Task.CompletedTask;
    });

    private static void AssertStorageSawNoCredential(LoopbackServer registry)
    {
        var expected = new[] { (Host, "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("AWS:password-1"))), (Storage, null) };
        Assert.That(registry.Requests.Select(request => (request.Host, request.Authorization)), Is.EqualTo(expected));
    }

    /// <summary>Returns password-1 until it is rejected, then password-2, as a cache does.</summary>
    private static FakeTokenSource Renewing()
    {
        var token = new EcrToken("AWS", "password-1", Expiry);
        return new FakeTokenSource((request, _) =>
        {
            if (request.RejectedToken == token)
            {
                token = new EcrToken("AWS", "password-2", Expiry);
            }

            return Task.FromResult(token);
        });
    }

    private static HttpClient Client(
        LoopbackServer registry,
        FakeTokenSource tokens,
        EcrCredentialProviderOptions? options = null,
        bool followRedirects = false,
        ListLogger? logger = null) =>
        new(Handler(registry, tokens, options, followRedirects, logger));

    private static EcrRegistryHandler Handler(
        LoopbackServer registry,
        FakeTokenSource tokens,
        EcrCredentialProviderOptions? options = null,
        bool followRedirects = false,
        ListLogger? logger = null) =>
        new(Provider(tokens, options, logger)) { InnerHandler = registry.CreateConnection(followRedirects) };

    private static EcrCredentialProvider Provider(FakeTokenSource tokens, EcrCredentialProviderOptions? options = null, ListLogger? logger = null)
    {
        options ??= new EcrCredentialProviderOptions();
        foreach (var host in (string[])["mirror.example:5000", "other.example:443", "127.0.0.1:5000", "localhost:5000", "*.*.evil.example:5000"])
        {
            options.RegistryAliases.Add(EcrRegistryAlias.Parse($"{host}={Host}"));
        }

        return EcrCredentialProvider.WithoutCache(tokens, options, logger: logger);
    }

    /// <summary>Follows redirects naively, reusing the same message.</summary>
    private sealed class ResendingHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.Headers.Location is { } location)
            {
                response.Dispose();
                request.RequestUri = location;
                response = await base.SendAsync(request, cancellationToken);
            }

            return response;
        }
    }

    private sealed class BrokenConnection : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("broken");
    }
}

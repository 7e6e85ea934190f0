using Ecr.Credentials.Http;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.DependencyInjection;

public sealed class EcrCredentialsServiceCollectionExtensionsTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string OtherHost = "210987654321.dkr.ecr.us-east-1.amazonaws.com";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Every_service_can_be_resolved()
    {
        await using var services = new ServiceCollection().AddEcrCredentials().BuildServiceProvider(validateScopes: true);

        Assert.That(services.GetRequiredService<IEcrTokenSource>(), Is.TypeOf<EcrTokenCache>());
        Assert.That(Twice<EcrCredentialProvider>(), Is.All.SameAs(services.GetRequiredService<EcrCredentialProvider>()));
        Assert.That(Twice<EcrRegistryHandler>(), Is.Unique, "An HTTP client sets the handler that follows, so handlers cannot be shared.");
        Assert.That(services.GetRequiredService<TimeProvider>(), Is.SameAs(TimeProvider.System));

        T[] Twice<T>()
            where T : notnull => [services.GetRequiredService<T>(), services.GetRequiredService<T>()];
    }

    [Test]
    public async Task The_provider_uses_the_token_source_of_the_container()
    {
        await using var services = new ServiceCollection().AddEcrCredentials().BuildServiceProvider();

        Assert.That(services.GetRequiredService<EcrCredentialProvider>().TokenSource, Is.SameAs(services.GetRequiredService<IEcrTokenSource>()));
        Assert.That(services.GetRequiredService<EcrTokenCache>(), Is.SameAs(services.GetRequiredService<IEcrTokenSource>()));
    }

    [Test]
    public void Adding_twice_adds_services_once()
    {
        var once = new ServiceCollection().AddEcrCredentials();
        var twice = new ServiceCollection().AddEcrCredentials().AddEcrCredentials();

        // ValidateOnStart registers each call again, under the same name.
        Assert.That(Types(twice), Is.EqualTo(Types(once)));

        static IEnumerable<string> Types(IServiceCollection services) =>
            services.Select(service => service.ServiceType.ToString()).Where(type => !type.Contains("StartupValidatorOptions", StringComparison.Ordinal));
    }

    [Test]
    public async Task Every_configuration_is_applied_before_and_after_and_twice()
    {
        var collection = new ServiceCollection();
        collection.Configure<EcrCredentialProviderOptions>(options => options.RegistryAliases.Add(Alias("a.example")));
        collection.AddEcrCredentials(options => options.RegistryAliases.Add(Alias("b.example")));
        collection.AddEcrCredentials(options => options.RegistryAliases.Add(Alias("c.example")));
        await using var services = collection.AddSingleton<IEcrTokenSource>(Tokens()).BuildServiceProvider();

        var provider = services.GetRequiredService<EcrCredentialProvider>();

        foreach (var host in (string[])["a.example", "b.example", "c.example"])
        {
            Assert.That((await provider.GetAuthAsync(host)).Password, Is.EqualTo(FakeTokenSource.Password));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_custom_token_source_is_used_and_its_tokens_are_cached(bool isAddedBefore)
    {
        var tokens = Tokens();
        var collection = new ServiceCollection();
        _ = isAddedBefore ? collection.AddSingleton<IEcrTokenSource>(
            tokens).AddEcrCredentials() : collection.AddEcrCredentials().AddSingleton<IEcrTokenSource>(tokens);
        await using var services = collection.BuildServiceProvider();

        var provider = services.GetRequiredService<EcrCredentialProvider>();
        await provider.GetAuthAsync(Host);
        await provider.GetAuthAsync(Host);

        Assert.That(tokens.Requests, Has.Count.EqualTo(1));
        Assert.That(provider.TokenSource, Is.SameAs(services.GetRequiredService<EcrTokenCache>()));
    }

    [Test]
    public async Task A_custom_provider_is_used_by_the_handler()
    {
        using var provider = new EcrCredentialProvider(Tokens(), new EcrCredentialProviderOptions { RegistryAliases = { Alias("localhost:5000") } });
        await using var services = new ServiceCollection().AddSingleton(provider).AddEcrCredentials().BuildServiceProvider();
        await using var registry = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        using var handler = services.GetRequiredService<EcrRegistryHandler>();
        handler.InnerHandler = registry.CreateConnection();
        using var client = new HttpClient(handler);

        using var response = await client.GetAsync(new Uri("http://localhost:5000/v2/"));

        Assert.That(registry.Requests.Single().Authorization, Is.Not.Null);
    }

    [Test]
    public async Task Clock_and_logger_are_the_registered_ones()
    {
        var logger = new ListLogger();
        var clock = new FakeTimeProvider(Now);
        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(logger).SetMinimumLevel(LogLevel.Trace))
            .AddSingleton<TimeProvider>(clock)
            .AddEcrCredentials(_ => new FakeTokenSource(Now.AddHours(12)))
            .BuildServiceProvider();
        var provider = services.GetRequiredService<EcrCredentialProvider>();

        await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = Host });
        clock.Advance(TimeSpan.FromHours(13));

        Assert.That(logger.Lines, Has.One.StartsWith($"Debug: Got a password for {Host} that expires at 2026-03-02 00:00:00Z"));
        Assert.That(async () => await provider.GetAuthAsync(Host), Throws.TypeOf<EcrCredentialException>().With.Message.Contains("the system clock says"));
    }

    [Test]
    public async Task Options_are_read_once()
    {
        await using var services = new ServiceCollection().AddEcrCredentials().AddSingleton<IEcrTokenSource>(Tokens()).BuildServiceProvider();
        using var before = services.GetRequiredService<EcrRegistryHandler>();
        await using var registry = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);

        services.GetRequiredService<IOptionsMonitor<EcrCredentialProviderOptions>>().CurrentValue.RegistryAliases.Add(Alias("localhost:5000"));
        using var after = services.GetRequiredService<EcrRegistryHandler>();
        after.InnerHandler = registry.CreateConnection();
        using var client = new HttpClient(after);
        using var response = await client.GetAsync(new Uri("http://localhost:5000/v2/"));

        Assert.That(registry.Requests.Single().Authorization, Is.Null);
        Assert.That(
            async () => await services.GetRequiredService<EcrCredentialProvider>().GetAuthAsync("localhost:5000"), Throws.TypeOf<EcrCredentialException>());
    }

    [Test]
    public async Task Two_keys_are_two_identities()
    {
        await using var services = new ServiceCollection()
            .AddKeyedSingleton<IEcrTokenSource>("test", Tokens("password of test"))
            .AddKeyedSingleton<IEcrTokenSource>("prod", Tokens("password of prod"))
            .AddKeyedEcrCredentials("test", options => options.RegistryAliases.Add(Alias("mirror.example")))
            .AddKeyedEcrCredentials("prod")
            .BuildServiceProvider();

        var test = services.GetRequiredKeyedService<EcrCredentialProvider>("test");
        var prod = services.GetRequiredKeyedService<EcrCredentialProvider>("prod");

        Assert.That((await test.GetAuthAsync(Host)).Password, Is.EqualTo("password of test"));
        Assert.That((await prod.GetAuthAsync(Host)).Password, Is.EqualTo("password of prod"));
        Assert.That((await test.GetAuthAsync("mirror.example")).Password, Is.EqualTo("password of test"));
        Assert.That(async () => await prod.GetAuthAsync("mirror.example"), Throws.TypeOf<EcrCredentialException>());
        Assert.That(services.GetRequiredKeyedService<EcrRegistryHandler>("prod"), Is.Not.Null);
        Assert.That(services.GetService<EcrCredentialProvider>(), Is.Null);
    }

    [Test]
    public async Task Each_key_and_no_key_has_a_separate_cache()
    {
        await using var services = new ServiceCollection()
            .AddEcrCredentials()
            .AddKeyedEcrCredentials("prod")
            .AddKeyedEcrCredentials("prod")
            .Configure<EcrTokenCacheOptions>("prod", options => options.SizeLimit = 7)
            .BuildServiceProvider();

        Assert.That(services.GetRequiredService<IEcrTokenSource>(), Is.Not.SameAs(services.GetRequiredKeyedService<IEcrTokenSource>("prod")));
        Assert.That(services.GetKeyedServices<EcrCredentialProvider>("prod").Count(), Is.EqualTo(1));
    }

    [TestCase("")]
    public void A_key_without_text_is_rejected(string key) =>
        Assert.That(() => new ServiceCollection().AddKeyedEcrCredentials(
            key), Throws.ArgumentException.With.Message.StartsWith("the service key's ToString() is empty;"));

    [Test]
    public void Keys_with_the_same_text_are_rejected_because_they_would_share_options()
    {
        var collection = new ServiceCollection().AddKeyedEcrCredentials(1);

        Assert.That(
            () => collection.AddKeyedEcrCredentials("1"),
            Throws.ArgumentException.With.Message.StartsWith("another service key has the same string \"1\";"));
    }

    private static IEnumerable<TestCaseData> BadOptions()
    {
        yield return Bad(
            options => options.UnknownRegistry = (UnknownRegistryHandling)7,
            "EcrCredentialProviderOptions: invalid UnknownRegistry \"7\": expected Refuse or UseDefaultRegion");
        yield return Bad(options => options.RegistryAliases.Add(null!), "EcrCredentialProviderOptions: RegistryAliases contains a null element");
        yield return Bad(
            options => options.RegistryAliases.Add(EcrRegistryAlias.Parse("mirror.example")),
            "EcrCredentialProviderOptions: \"mirror.example\" is not a valid registry alias. Expected PATTERN=REGISTRY.");
        yield return Bad(
            options => options.RegistryAliases.Add(EcrRegistryAlias.Parse("mirror.example=123456789012.dkr.ecr.mars.amazonaws.com")),
            "EcrCredentialProviderOptions: \"123456789012.dkr.ecr.mars.amazonaws.com\" is not an Amazon ECR registry host. "
                + "\"mars\" is not a valid AWS region.");

        static TestCaseData Bad(Action<EcrCredentialProviderOptions> configure, string message) =>
            new TestCaseData(configure, message).SetArgDisplayNames(message);
    }

    [TestCaseSource(nameof(BadOptions))]
    public void An_invalid_option_fails_at_host_startup(Action<EcrCredentialProviderOptions> configure, string message)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddEcrCredentials(configure);
        using var host = builder.Build();

        Assert.That(() => host.StartAsync(), Throws.TypeOf<OptionsValidationException>().With.Message.EqualTo(message));
    }

    [TestCaseSource(nameof(BadOptions))]
    public async Task An_invalid_option_without_a_host_fails_at_the_first_resolution(Action<EcrCredentialProviderOptions> configure, string message)
    {
        await using var services = new ServiceCollection().AddEcrCredentials(configure).BuildServiceProvider();

        Assert.That(services.GetRequiredService<EcrRegistryHandler>, Throws.TypeOf<OptionsValidationException>().With.Message.EqualTo(message));
    }

    [Test]
    public void An_invalid_option_of_a_key_fails_at_host_startup()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddKeyedEcrCredentials("prod", options => options.RegistryAliases.Add(null!));
        using var host = builder.Build();

        Assert.That(() => host.StartAsync(), Throws.TypeOf<OptionsValidationException>().With.Property("OptionsName").EqualTo("prod"));
    }

    [TestCase("SizeLimit")]
    [TestCase("RefreshMargin")]
    [TestCase("FetchTimeout")]
    public void An_invalid_cache_option_fails_at_host_startup(string option)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddEcrCredentials().Configure<EcrTokenCacheOptions>(options =>
        {
            options.SizeLimit = option == "SizeLimit" ? 0 : 1;
            options.RefreshMargin = TimeSpan.FromSeconds(option == "RefreshMargin" ? -1 : 1);
            options.FetchTimeout = TimeSpan.FromSeconds(option == "FetchTimeout" ? -1 : 1);
        });
        using var host = builder.Build();

        Assert.That(
            () => host.StartAsync(),
            Throws.TypeOf<OptionsValidationException>().With.Message.StartsWith("EcrTokenCacheOptions: ").And.Message.Contains(option));
    }

    [Test]
    public void An_invalid_option_fails_in_the_constructor_too() =>
        Assert.That(
            () => new EcrCredentialProvider(new EcrCredentialProviderOptions { UnknownRegistry = (UnknownRegistryHandling)7 }),
            Throws.ArgumentException.With.Message.EqualTo("invalid UnknownRegistry \"7\": expected Refuse or UseDefaultRegion"));

    [Test]
    public async Task The_handler_works_with_the_HTTP_client_factory_and_no_log_contains_the_password()
    {
        var logger = new ListLogger();
        await using var registry = await LoopbackServer.StartWithBasicAuthenticationAsync("AWS", FakeTokenSource.Password);
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.AddProvider(logger).SetMinimumLevel(LogLevel.Trace));
        collection.AddSingleton<IEcrTokenSource>(Tokens()).AddEcrCredentials();
        collection.AddHttpClient("registry").AddHttpMessageHandler<EcrRegistryHandler>().ConfigurePrimaryHttpMessageHandler(() => registry.CreateConnection());
        await using var services = collection.BuildServiceProvider();

        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("registry");
        using var response = await client.GetAsync(new Uri($"https://{OtherHost}/v2/"));

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        var credential = registry.Requests.Single().Authorization!["Basic ".Length..];
        Assert.That(logger.Lines, Has.Some.Contains("Authorization"), "The test is only meaningful if the factory logged headers.");
        Assert.That(logger.Lines, Has.None.Contains(FakeTokenSource.Password).And.None.Contains(credential));
    }

    private static EcrRegistryAlias Alias(string host) => EcrRegistryAlias.Parse($"{host}={Host}");

    // Valid by any clock, and cached for 12 hours.
    private static FakeTokenSource Tokens(string password = FakeTokenSource.Password) =>
        new FakeTokenSource((_, _) => Task.FromResult(new EcrToken("AWS", password, DateTimeOffset.MaxValue)));
}

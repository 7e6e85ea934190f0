using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ecr.Credentials.Tests.DependencyInjection;

public sealed class EcrSettingsTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [Test]
    public async Task Every_setting_is_read()
    {
        await using var services = Build(
            ("Ecr:RegistryAliases:0", $"mirror.example.com:5000={Host}"),
            ("Ecr:RegistryAliases:1", $"other.example.com={Host}"),
            ("Ecr:IdentityRules:0", "*.dkr.ecr.*.amazonaws.com=role:arn:aws:iam::123456789012:role/pull,external-id=x"),
            ("Ecr:UnknownRegistry", "usedefaultregion"),
            ("Ecr:ServiceAccount", "RequireRole"),
            ("Ecr:Cache:SizeLimit", "5000"),
            ("Ecr:Cache:RefreshMargin", "00:10:00"),
            ("ecr:cache:fetchtimeout", "30s"),
            ("Unrelated", "of the environment"));

        var options = services.GetRequiredService<IOptions<EcrCredentialProviderOptions>>().Value;
        var cache = services.GetRequiredService<IOptions<EcrTokenCacheOptions>>().Value;

        Assert.That(
            options.RegistryAliases.Select(alias => alias.ToString()), Is.EqualTo(new[] { $"mirror.example.com:5000={Host}", $"other.example.com={Host}" }));
        Assert.That(options.IdentityRules.Single().Identity.ToString(), Is.EqualTo("the role arn:aws:iam::123456789012:role/pull"));
        Assert.That(options.UnknownRegistry, Is.EqualTo(UnknownRegistryHandling.UseDefaultRegion));
        Assert.That(options.ServiceAccount, Is.EqualTo(ServiceAccountHandling.RequireRole));
        Assert.That(
            (cache.SizeLimit, cache.RefreshMargin, cache.FetchTimeout), Is.EqualTo((5000, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30))));
    }

    [Test]
    public async Task Settings_that_are_missing_or_null_leave_the_defaults()
    {
        await using var services = Build(("Ecr:UnknownRegistry", null), ("Ecr:RegistryAliases", ""), ("Ecr:Cache", null));

        Assert.That(services.GetRequiredService<IOptions<EcrCredentialProviderOptions>>().Value.UnknownRegistry, Is.EqualTo(UnknownRegistryHandling.Refuse));
        Assert.That(services.GetRequiredService<IOptions<EcrTokenCacheOptions>>().Value.SizeLimit, Is.EqualTo(1000));
    }

    [Test]
    public async Task A_section_is_read_as_it_is_and_a_key_has_its_own()
    {
        var configuration = Configuration(
            ("Registries:Prod:RegistryAliases:0", $"prod.example.com={Host}"), ("Ecr:RegistryAliases:0", $"test.example.com={Host}"));
        await using var services = new ServiceCollection()
            .AddEcrCredentials(configuration)
            .AddKeyedEcrCredentials("prod", configuration.GetSection("Registries:Prod"))
            .BuildServiceProvider();
        var options = services.GetRequiredService<IOptionsMonitor<EcrCredentialProviderOptions>>();

        Assert.That(options.CurrentValue.RegistryAliases.Single().Pattern.ToString(), Is.EqualTo("test.example.com"));
        Assert.That(options.Get("prod").RegistryAliases.Single().Pattern.ToString(), Is.EqualTo("prod.example.com"));
    }

    [Test]
    public async Task Code_and_settings_are_both_applied()
    {
        await using var services = new ServiceCollection()
            .AddEcrCredentials(Configuration(("Ecr:RegistryAliases:0", $"a.example.com={Host}")))
            .AddEcrCredentials(
                _ => new FakeTokenSource(DateTimeOffset.MaxValue),
                options => options.RegistryAliases.Add(EcrRegistryAlias.Parse($"b.example.com={Host}")))
            .BuildServiceProvider();
        var provider = services.GetRequiredService<EcrCredentialProvider>();

        Assert.That((provider.Handles("a.example.com/x"), provider.Handles("b.example.com/x")), Is.EqualTo((true, true)));
    }

    [TestCase("Ecr:RegistryAliases:0", "mirror", "Ecr:RegistryAliases:0: \"mirror\" is not a valid registry alias. Expected PATTERN=REGISTRY.")]
    [TestCase("Ecr:RegistryAliases", "a=b", "Ecr:RegistryAliases: invalid value \"a=b\": expected a list, whose first item is Ecr:RegistryAliases:0")]
    [TestCase("Ecr:RegistryAliases:0:Pattern", "a", "Ecr:RegistryAliases:0: expected text such as PATTERN=VALUE, found an object, a list or nothing")]
    [TestCase("Ecr:IdentityRules:3", "a=user:x", "Ecr:IdentityRules:3: \"user:x\" is not a valid identity. Expected profile:NAME or role:ARN.")]
    [TestCase("Ecr:UnknownRegistry", "allow", "Ecr:UnknownRegistry: invalid value \"allow\": expected Refuse or UseDefaultRegion")]
    [TestCase("Ecr:UnknownRegistry", "1", "Ecr:UnknownRegistry: invalid value \"1\": expected Refuse or UseDefaultRegion")]
    [TestCase("Ecr:ServiceAccount:0", "Optional", "Ecr:ServiceAccount: expected one value, found a list or an object")]
    [TestCase("Ecr:Alias", "x", "Ecr:Alias: unknown setting: expected RegistryAliases, IdentityRules, UnknownRegistry, ServiceAccount, Cache")]
    [TestCase("Ecr:Cache:Size", "5", "Ecr:Cache:Size: unknown setting: expected SizeLimit, RefreshMargin, FetchTimeout")]
    [TestCase("Ecr:Cache", "5", "Ecr:Cache: expected SizeLimit, RefreshMargin, FetchTimeout below this key")]
    [TestCase("Ecr:Cache:SizeLimit", "many", "Ecr:Cache:SizeLimit: invalid value \"many\": expected a number")]
    [TestCase("Ecr:Cache:SizeLimit", "0", "Ecr:Cache:SizeLimit: ")]
    [TestCase("Ecr:Cache:FetchTimeout", "5", "Ecr:Cache:FetchTimeout: invalid duration \"5\": expected a value such as 30s, 5m or 00:05:00")]
    [TestCase("Ecr:Cache:FetchTimeout", "0s", "Ecr:Cache:FetchTimeout: ")]
    public void A_bad_setting_fails_at_host_startup_and_is_named(string key, string value, string message)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection([new(key, value)]);
        builder.Services.AddEcrCredentials(builder.Configuration);
        using var host = builder.Build();

        Assert.That(() => host.StartAsync(), Throws.TypeOf<OptionsValidationException>().With.Message.StartsWith(message));
    }

    [Test]
    public async Task All_bad_settings_are_reported_together()
    {
        await using var services = Build(("Ecr:RegistryAliases:0", "x"), ("Ecr:UnknownRegistry", "y"));

        Assert.That(
            () => services.GetRequiredService<EcrCredentialProvider>(),
            Throws.TypeOf<OptionsValidationException>().With.Property(nameof(OptionsValidationException.Failures)).Count.EqualTo(2));
    }

    private static ServiceProvider Build(params (string Key, string? Value)[] settings) =>
        new ServiceCollection().AddEcrCredentials(Configuration(settings)).BuildServiceProvider();

    private static IConfigurationRoot Configuration(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();
}

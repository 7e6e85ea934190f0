using Ecr.Credentials.Identity;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests;

public sealed class EcrCredentialProviderTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private const string Role = "arn:aws:iam::123456789012:role/pull";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(Host + "/team/app", Host)]
    [TestCase(Host + ":443/team/app", Host + ":443")]
    [TestCase("public.ecr.aws/docker/library/nginx", "public.ecr.aws")]
    [TestCase(Host, Host)]
    public async Task GetCredentialsAsync_uses_the_registry_host_of_the_image_as_the_key(string image, string key)
    {
        using var provider = Provider(new FakeTokenSource(Now.AddHours(12)));

        var response = await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = image });

        Assert.That(response.CacheKeyType, Is.EqualTo(CacheKeyType.Registry));
        Assert.That(response.Auth.Keys, Is.EqualTo(new[] { key }));
        Assert.That((response.Auth[key].Username, response.Auth[key].Password), Is.EqualTo(("AWS", FakeTokenSource.Password)));
    }

    [TestCase(CredentialProviderApiVersion.V1)]
    [TestCase(CredentialProviderApiVersion.V1Beta1)]
    [TestCase(CredentialProviderApiVersion.V1Alpha1)]
    public async Task GetCredentialsAsync_responds_in_the_version_of_the_request(CredentialProviderApiVersion version)
    {
        using var provider = Provider(new FakeTokenSource(Now.AddHours(12)));

        var response = await provider.GetCredentialsAsync(new CredentialProviderRequest { ApiVersion = version, Image = Host });

        Assert.That(response.ApiVersion, Is.EqualTo(version));
    }

    [TestCase(12 * 3600, 6 * 3600)]
    [TestCase(36 * 3600, 6 * 3600, Description = "the system clock is wrong is a day behind AWS's.")]
    [TestCase(3, 1)]
    [TestCase(2, 1)]
    [TestCase(1.999, 0)]
    [TestCase(0, 0)]
    [TestCase(-3600, 0)]
    public async Task GetCredentialsAsync_lets_the_kubelet_cache_for_half_of_the_remaining_lifetime(double remaining, int expected)
    {
        using var provider = Provider(new FakeTokenSource(Now.AddSeconds(remaining)));

        var response = await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = Host });

        Assert.That(response.CacheDuration, Is.EqualTo(TimeSpan.FromSeconds(expected)));
    }

    [Test]
    public async Task GetCredentialsAsync_disables_caching_if_the_expiry_is_unknown()
    {
        using var provider = Provider(new FakeTokenSource(expiresAt: null));

        var response = await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = Host });

        Assert.That(response.CacheDuration, Is.EqualTo(TimeSpan.Zero));
    }

    [TestCase("nginx")]
    [TestCase("docker.io/library/nginx")]
    [TestCase(Host + ".evil.example/app")]
    public async Task GetCredentialsAsync_rejects_hosts_that_are_not_ECR_without_requesting_a_token(string image)
    {
        var tokens = new FakeTokenSource(Now);
        using var provider = Provider(tokens);

        var e = await Assert.ThrowsAsync<EcrCredentialException>(
            async () => await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = image }));

        Assert.That(e!.Reason, Is.EqualTo(EcrCredentialErrorReason.NotAnEcrRegistry));
        Assert.That(e.Message, Does.StartWith($"\"{EcrRegistry.GetHost(image)}\" is not an Amazon ECR registry host."));
        Assert.That(tokens.Requests, Is.Empty);
    }

    [Test]
    public async Task GetCredentialsAsync_uses_the_password_of_an_aliass_registry()
    {
        var tokens = new FakeTokenSource(Now.AddHours(12));
        var options = new EcrCredentialProviderOptions();
        options.RegistryAliases.Add(EcrRegistryAlias.Parse($"*.mirror.example:5000={Host}"));
        options.RegistryAliases.Add(EcrRegistryAlias.Parse("*.mirror.example:5000=public.ecr.aws"));
        using var provider = Provider(tokens, options);

        var response = await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = "a.mirror.example:5000/app" });

        Assert.That(response.Auth.Keys, Is.EqualTo(new[] { "a.mirror.example:5000" }));
        Assert.That(tokens.Requests.Single().Registry.Host, Is.EqualTo(Host));
    }

    [TestCase("a.mirror.example/app")]
    [TestCase("b.a.mirror.example:5000/app")]
    [TestCase("mirror.example:5000/app")]
    public void GetCredentialsAsync_rejects_hosts_that_match_no_alias(string image)
    {
        var options = new EcrCredentialProviderOptions();
        options.RegistryAliases.Add(EcrRegistryAlias.Parse($"*.mirror.example:5000={Host}"));
        using var provider = Provider(new FakeTokenSource(Now), options);

        Assert.That(
            async () => await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = image }),
            Throws.TypeOf<EcrCredentialException>().With.Property("Reason").EqualTo(EcrCredentialErrorReason.NotAnEcrRegistry));
    }

    [TestCase("/app")]
    [TestCase("user:pass@mirror.example/app")]
    public void GetCredentialsAsync_rejects_an_invalid_host_even_with_a_default_region(string image)
    {
        using var provider = Provider(new FakeTokenSource(Now), new() { UnknownRegistry = UnknownRegistryHandling.UseDefaultRegion });

        Assert.That(
            async () => await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = image }),
            Throws.TypeOf<EcrCredentialException>().With.Property("Reason").EqualTo(EcrCredentialErrorReason.NotAnEcrRegistry));
    }

    [Test]
    public async Task GetCredentialsAsync_uses_the_role_of_the_service_account()
    {
        var tokens = new FakeTokenSource(Now.AddHours(12));
        using var provider = Provider(tokens);

        await provider.GetCredentialsAsync(new CredentialProviderRequest
        {
            Image = Host,
            ServiceAccountToken = "secret-token",
            ServiceAccountAnnotations = new Dictionary<string, string> { ["eks.amazonaws.com/role-arn"] = Role },
        });

        Assert.That(tokens.Requests.Single().Identity, Is.EqualTo(EcrIdentity.WebIdentity("secret-token", Role)));
    }

    [Test]
    public async Task GetCredentialsAsync_requests_no_token_for_an_invalid_role()
    {
        var tokens = new FakeTokenSource(Now.AddHours(12));
        using var provider = Provider(tokens);
        var request = new CredentialProviderRequest
        {
            Image = Host,
            ServiceAccountToken = "secret-token",
            ServiceAccountAnnotations = new Dictionary<string, string> { ["eks.amazonaws.com/role-arn"] = "pull" },
        };

        var e = await Assert.ThrowsAsync<EcrCredentialException>(async () => await provider.GetCredentialsAsync(request));

        Assert.That(e!.Message, Does.Not.Contain("secret-token"));
        Assert.That(tokens.Requests, Is.Empty);
    }

    [TestCase("*.dkr.ecr.*.amazonaws.com", CacheKeyType.Registry)]
    [TestCase(Host + "/team", CacheKeyType.Image)]
    public async Task GetCredentialsAsync_uses_the_identity_of_the_rule_and_limits_the_kubelets_reuse_to_it(
        string pattern, CacheKeyType cacheKeyType)
    {
        var tokens = new FakeTokenSource(Now.AddHours(12));
        var options = new EcrCredentialProviderOptions();
        options.IdentityRules.Add(EcrIdentityRule.Parse($"{pattern}=profile:ci"));
        using var provider = Provider(tokens, options);

        var response = await provider.GetCredentialsAsync(new CredentialProviderRequest { Image = Host + "/team/app" });

        Assert.That(tokens.Requests.Single().Identity, Is.EqualTo(EcrIdentity.Profile("ci")));
        Assert.That(response.CacheKeyType, Is.EqualTo(cacheKeyType));
        Assert.That(response.Auth.Keys, Is.EqualTo(new[] { Host }));
    }

    [Test]
    public async Task GetAuthAsync_uses_the_identity_of_the_rule()
    {
        var tokens = new FakeTokenSource(Now.AddHours(12));
        var options = new EcrCredentialProviderOptions();
        options.IdentityRules.Add(EcrIdentityRule.Parse($"{Host}/team=profile:ci"));
        using var provider = Provider(tokens, options);

        await provider.GetAuthAsync(Host + "/team/app:1.2");
        await provider.GetAuthAsync(Host + "/other/app:1.2");

        Assert.That(tokens.Requests.Select(request => request.Identity), Is.EqualTo(new[] { EcrIdentity.Profile("ci"), EcrIdentity.Default }));
    }

    [Test]
    public async Task GetAuthAsync_returns_the_credentials_for_an_image()
    {
        using var provider = Provider(new FakeTokenSource(Now.AddHours(12)));

        var auth = await provider.GetAuthAsync(Host + "/team/app:1.2");

        Assert.That((auth.Username, auth.Password), Is.EqualTo(("AWS", FakeTokenSource.Password)));
    }

    [Test]
    public void GetAuthAsync_rejects_a_host_that_is_not_ECR()
    {
        using var provider = Provider(new FakeTokenSource(Now));

        Assert.That(async () => await provider.GetAuthAsync("docker.io"), Throws.TypeOf<EcrCredentialException>());
    }

    [Test]
    public void An_alias_pattern_must_not_have_a_path()
    {
        Assert.That(
            () => EcrRegistryAlias.Parse($"mirror.example/team={Host}"),
            Throws.TypeOf<FormatException>().With.Message.EqualTo("the alias pattern \"mirror.example/team\" must be a host without a path"));
        Assert.That(
            () => new EcrRegistryAlias(ImagePattern.Parse("mirror.example/"), EcrRegistry.Parse(Host)),
            Throws.ArgumentException);
    }

    [TestCase("mirror.example", "\"mirror.example\" is not a valid registry alias. Expected PATTERN=REGISTRY.")]
    [TestCase("=" + Host, "is not a valid registry alias.")]
    [TestCase("mirror.example=", "the registry host is missing.")]
    [TestCase("mirror.example=docker.io", "\"docker.io\" is not an Amazon ECR registry host.")]
    [TestCase("mirror example=" + Host, "")]
    public void An_invalid_alias_is_reported(string text, string message) =>
        Assert.That(() => EcrRegistryAlias.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(message));

    [Test]
    public async Task Tokens_of_any_source_are_cached()
    {
        var tokens = new FakeTokenSource(DateTimeOffset.MaxValue);
        using var provider = new EcrCredentialProvider(tokens);

        await provider.GetAuthAsync(Host);
        await provider.GetTokenAsync($"{Host}/app");
        Assert.That(tokens.Requests, Has.Count.EqualTo(1));

        await provider.RefreshTokenAsync(Host);
        Assert.That(tokens.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_cache_of_the_caller_is_used_as_it_is_and_not_disposed()
    {
        using var cache = new EcrTokenCache(new FakeTokenSource(DateTimeOffset.MaxValue));
        using (var provider = new EcrCredentialProvider(cache))
        {
            await provider.GetAuthAsync(Host);
        }

        Assert.That(cache.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_disposed_provider_has_no_tokens()
    {
        var provider = new EcrCredentialProvider(new FakeTokenSource(DateTimeOffset.MaxValue));
        provider.Dispose();

        Assert.That(async () => await provider.GetAuthAsync(Host), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task An_identity_of_the_call_overrides_the_rules()
    {
        var tokens = new FakeTokenSource(DateTimeOffset.MaxValue);
        var options = new EcrCredentialProviderOptions { IdentityRules = { EcrIdentityRule.Parse($"{Host}=profile:rule") } };
        using var provider = new EcrCredentialProvider(tokens, options);

        await provider.GetAuthAsync(Host);
        await provider.GetAuthAsync(Host, EcrIdentity.Profile("call"));
        await provider.GetTokenAsync(Host, EcrIdentity.Default);

        Assert.That(
            tokens.Requests.Select(request => request.Identity),
            Is.EqualTo(new[] { EcrIdentity.Profile("rule"), EcrIdentity.Profile("call"), EcrIdentity.Default }));
    }

    [TestCase(Host, true, true)]
    [TestCase($"{Host}:443/app", true, true)]
    [TestCase("public.ecr.aws", true, true)]
    [TestCase("mirror.example:5000/app", true, true)]
    [TestCase("docker.io/library/nginx", false, true)]
    [TestCase("user@docker.io", false, false)]
    [TestCase("", false, false)]
    [TestCase(null, false, false)]
    [TestCase("\0\ud800", false, true)]
    public async Task Handles_is_true_if_the_host_is_not_refused(string? image, bool isNamed, bool withDefaultRegion)
    {
        foreach (var (unknown, expected) in new[] { (UnknownRegistryHandling.Refuse, isNamed), (UnknownRegistryHandling.UseDefaultRegion, withDefaultRegion) })
        {
            var options = new EcrCredentialProviderOptions
            {
                RegistryAliases = { EcrRegistryAlias.Parse($"mirror.example:5000={Host}") },
                UnknownRegistry = unknown,
            };
            using var region = new ScopedVariable("AWS_REGION", "eu-west-1");
            using var provider = new EcrCredentialProvider(new FakeTokenSource(DateTimeOffset.MaxValue), options);

            Assert.That(provider.Handles(image), Is.EqualTo(expected));
            Assert.That(image is not null && await IsAnsweredAsync(provider, image), Is.EqualTo(expected));
        }

        static async Task<bool> IsAnsweredAsync(EcrCredentialProvider provider, string image)
        {
            try
            {
                await provider.GetAuthAsync(image);
                return true;
            }
            catch (EcrCredentialException e) when (e.Reason == EcrCredentialErrorReason.NotAnEcrRegistry)
            {
                return false;
            }
        }
    }

    private static EcrCredentialProvider Provider(FakeTokenSource tokens, EcrCredentialProviderOptions? options = null) =>
        EcrCredentialProvider.WithoutCache(tokens, options, new FakeTimeProvider(Now));
}

using System.Globalization;
using Amazon.Runtime;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tests.Telemetry;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>One cache for many AWS identities.</summary>
public sealed class EcrTokenCacheTenantTests
{
    // As long as ECR's.
    private const int PasswordLength = 2_600;

    private const int MaxBytesPerTenant = 8 * 1024;

    private static readonly EcrRegistry Registry = EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    private static readonly EcrRegistry OtherRegion = EcrRegistry.Parse("123456789012.dkr.ecr.us-east-1.amazonaws.com");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [TestCase(500)]
    [TestCase(50_000)]
    public async Task Each_tenant_gets_its_own_token_once_and_takes_less_than_8_KiB(int tenants)
    {
        var source = Source();
        using var cache = new EcrTokenCache(source, new EcrTokenCacheOptions { SizeLimit = tenants }, _time);
        await GetAsync(cache, "warm-up");
        cache.Clear();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var tenant = 0; tenant < tenants; tenant++)
        {
            await cache.GetTokenAsync(new EcrTokenRequest(Registry) { Identity = Tenant(Name(tenant)) });
        }

        source.Forget();
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / tenants;
        foreach (var tenant in new[] { 0, tenants / 2, tenants - 1 })
        {
            Assert.That((await GetAsync(cache, Name(tenant))).Password, Does.StartWith($"{Name(tenant)} "));
        }

        Assert.That(source.Calls, Is.Zero, "New credentials with the same key get the cached token.");
        Assert.That(bytes, Is.InRange(PasswordLength, MaxBytesPerTenant));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_tenants_that_were_used_least_recently_are_evicted_first()
    {
        using var telemetry = new TelemetryRecorder();
        var source = Source();
        using var cache = new EcrTokenCache(source, new EcrTokenCacheOptions { SizeLimit = 100 }, _time);
        for (var tenant = 0; tenant < 100; tenant++)
        {
            await GetAsync(cache, Name(tenant));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await GetAsync(cache, Name(0));
        _time.Advance(TimeSpan.FromSeconds(1));
        await GetAsync(cache, "one too many");

        // The memory cache makes room on another thread: for a twentieth of its tokens.
        while (cache.Count > 95)
        {
            await Task.Yield();
        }

        Assert.That(telemetry.TakeMeasurements(), Has.Some.EqualTo("ecr.credentials.cache.evictions 1 {token} ecr.credentials.cache.eviction.reason=capacity"));
        source.Forget();
        await GetAsync(cache, Name(0));
        await GetAsync(cache, Name(99));
        Assert.That(source.Calls, Is.Zero);
        await GetAsync(cache, Name(1));
        Assert.That(source.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Remove_removes_the_tokens_of_one_identity_in_all_regions()
    {
        var source = Source();
        using var cache = new EcrTokenCache(source, timeProvider: _time);
        foreach (var tenant in new[] { "a", "b" })
        {
            await GetAsync(cache, tenant);
            await GetAsync(cache, tenant, OtherRegion);
        }

        cache.Remove(Tenant("a"));
        source.Forget();
        await GetAsync(cache, "b");
        await GetAsync(cache, "b", OtherRegion);
        Assert.That(source.Calls, Is.Zero);
        await GetAsync(cache, "a");
        await GetAsync(cache, "a", OtherRegion);
        Assert.That(source.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task Clear_leaves_the_tokens_of_other_caches_in_a_shared_memory_cache()
    {
        using var memory = new Microsoft.Extensions.Caching.Memory.MemoryCache(new Microsoft.Extensions.Caching.Memory.MemoryCacheOptions());
        var source = Source();
        using var one = new EcrTokenCache(source, timeProvider: _time, memoryCache: memory);
        using var other = new EcrTokenCache(source, timeProvider: _time, memoryCache: memory);
        await GetAsync(one, "a");
        await GetAsync(other, "a");

        one.Clear();
        source.Forget();

        await GetAsync(other, "a");
        Assert.That(source.Calls, Is.Zero);
        await GetAsync(one, "a");
        Assert.That(source.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_call_in_progress_serves_its_callers_and_caches_nothing_if_its_identity_is_removed()
    {
        var source = new GatedTokenSource();
        using var cache = new EcrTokenCache(source, timeProvider: _time);
        var request = new EcrTokenRequest(Registry) { Identity = Tenant("a") };
        var waiting = cache.GetTokenAsync(request).AsTask();
        var first = await source.NextCallAsync();

        cache.Remove(Tenant("a"));
        var later = cache.GetTokenAsync(request).AsTask();
        var second = await source.NextCallAsync();
        first.Answer(Token("old"));
        Assert.That((await waiting).Password, Is.EqualTo("old"));
        second.Answer(Token("new"));

        Assert.That((await later).Password, Is.EqualTo("new"));
        Assert.That((await cache.GetTokenAsync(request)).Password, Is.EqualTo("new"));
    }

    [Test]
    public async Task A_refresh_gets_a_new_token_past_the_cache_and_keeps_the_old_one_if_that_fails()
    {
        var source = Source();
        using var cache = new EcrTokenCache(source, timeProvider: _time);
        var request = new EcrTokenRequest(Registry) { Identity = Tenant("a") };
        var old = await cache.GetTokenAsync(request);

        var fresh = await cache.RefreshTokenAsync(request);
        Assert.That(fresh, Is.Not.SameAs(old));
        Assert.That(await cache.GetTokenAsync(request), Is.SameAs(fresh));

        source.Failure = new EcrCredentialException(EcrCredentialErrorReason.Throttled, "AWS throttled every attempt");
        Assert.That(async () => await cache.RefreshTokenAsync(request), Throws.Exception.SameAs(source.Failure));
        Assert.That(await cache.GetTokenAsync(request), Is.SameAs(fresh));
    }

    private static string Name(int tenant) => tenant.ToString(CultureInfo.InvariantCulture);

    // New objects each time, as in a program that reads them for each request.
    private static EcrIdentity Tenant(string name) => EcrIdentity.Credentials(new SessionAWSCredentials($"AKIA{name}", "secret", "token"), name);

    private static async Task<EcrToken> GetAsync(EcrTokenCache cache, string tenant, EcrRegistry? registry = null) =>
        await cache.GetTokenAsync(new EcrTokenRequest(registry ?? Registry) { Identity = Tenant(tenant) });

    private EcrToken Token(string password) => new("AWS", password, _time.GetUtcNow().AddHours(12));

    private TenantSource Source() => new(_time);

    private sealed class TenantSource(TimeProvider time) : IEcrTokenSource
    {
        public int Calls { get; private set; }

        public Exception? Failure { get; set; }

        public void Forget() => Calls = 0;

        public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
        {
            Calls++;
            if (Failure is not null)
            {
                throw Failure;
            }

            var name = ((EcrIdentity.KeyedCredentialsChoice)request.Identity.Value).Key;
            return ValueTask.FromResult(new EcrToken("AWS", $"{name} ".PadRight(PasswordLength, 'p'), time.GetUtcNow().AddHours(12)));
        }
    }
}

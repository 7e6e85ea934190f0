using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace Ecr.Credentials.Benchmarks.Caching;

/// <summary>A hit in a cache with other tokens. The baseline is the memory cache alone, with the key of <see cref="EcrTokenCache"/>.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "BenchmarkDotNet calls the clean-up.")]
public class TokenCacheHit
{
    private const string TextKey = "https://api.ecr.eu-west-1.amazonaws.com/";

    private readonly EcrRegistry _registry = EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    private readonly object _scope = new();

    private EcrTokenRequest _request = null!;
    private EcrTokenKey _key = null!;
    private MemoryCache _memoryCache = null!;
    private EcrTokenCache _tokenCache = null!;
    private ServiceProvider _services = null!;
    private HybridCache _hybridCache = null!;
    private FusionCache _fusionCache = null!;

    [Params(1, 10_000)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var source = new InstantTokenSource();
        _request = new EcrTokenRequest(_registry);
        _key = new EcrTokenKey(_scope, _registry, EcrIdentity.Default);
        _memoryCache = new MemoryCache(new MemoryCacheOptions());
        _tokenCache = new EcrTokenCache(source, new EcrTokenCacheOptions { SizeLimit = Tokens });
        _services = new ServiceCollection().AddHybridCache().Services.BuildServiceProvider();
        _hybridCache = _services.GetRequiredService<HybridCache>();
        _fusionCache = new FusionCache(new FusionCacheOptions());

        for (var other = 1; other < Tokens; other++)
        {
            Fill($"other {other}", EcrRegistry.Parse($"123456789012.dkr.ecr.eu-other-{other}.amazonaws.com"));
        }

        Fill(TextKey, _registry);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _fusionCache.Dispose();
        _services.Dispose();
        _tokenCache.Dispose();
        _memoryCache.Dispose();
    }

    [Benchmark(Baseline = true, Description = "MemoryCache.TryGetValue")]
    public EcrToken? Memory() => _memoryCache.TryGetValue(_key, out var value) ? (value as CachedToken)?.Token : null;

    [Benchmark(Description = "EcrTokenCache")]
    public EcrToken? Cache() => Completed(_tokenCache.GetTokenAsync(_request));

    [Benchmark(Description = "EcrTokenCache, a new request each time")]
    public EcrToken? CacheWithNewRequest() => Completed(_tokenCache.GetTokenAsync(new EcrTokenRequest(_registry)));

    [Benchmark(Description = "MemoryCache.GetOrCreateAsync")]
    public EcrToken? GetOrCreate()
    {
        var task = _memoryCache.GetOrCreateAsync(_key, static _ => Task.FromResult<CachedToken?>(null));
        return task.IsCompletedSuccessfully ? task.Result?.Token : null;
    }

    [Benchmark(Description = "HybridCache")]
    public EcrToken? Hybrid() =>
        Completed(_hybridCache.GetOrCreateAsync(TextKey, static _ => ValueTask.FromException<CachedToken>(new InvalidOperationException())))?.Token;

    [Benchmark(Description = "FusionCache")]
    public EcrToken? Fusion() =>
        Completed(_fusionCache.GetOrSetAsync<CachedToken>(TextKey, static (_, _) => Task.FromException<CachedToken>(new InvalidOperationException())))?.Token;

    private static T? Completed<T>(ValueTask<T> hit)
        where T : class => hit.IsCompletedSuccessfully ? hit.Result : null;

    private void Fill(string textKey, EcrRegistry registry)
    {
        var token = _tokenCache.GetTokenAsync(new EcrTokenRequest(registry)).AsTask().GetAwaiter().GetResult();
        var cached = new CachedToken(token);
        _memoryCache.Set(new EcrTokenKey(_scope, registry, EcrIdentity.Default), cached, TimeSpan.FromHours(12));
        _hybridCache.SetAsync(textKey, cached, new HybridCacheEntryOptions { Expiration = TimeSpan.FromHours(12) }).AsTask().GetAwaiter().GetResult();
        _fusionCache.Set(textKey, cached, TimeSpan.FromHours(12));
    }
}

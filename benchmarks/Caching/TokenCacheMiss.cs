using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace Ecr.Credentials.Benchmarks.Caching;

/// <summary>Concurrent callers request a token that is not cached. The baseline calls the source for each of them.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "BenchmarkDotNet calls the clean-up.")]
public class TokenCacheMiss
{
    private const string Key = "https://api.ecr.eu-west-1.amazonaws.com/";

    private readonly EcrTokenRequest _request = new(EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
    private readonly InstantTokenSource _source = new();

    private MemoryCache _memoryCache = null!;
    private MemoryCache _tokenCacheMemory = null!;
    private EcrTokenCache _tokenCache = null!;
    private ServiceProvider _services = null!;
    private MemoryCache _hybridCacheMemory = null!;
    private HybridCache _hybridCache = null!;
    private MemoryCache _fusionCacheMemory = null!;
    private FusionCache _fusionCache = null!;

    [Params(1, 10, 100, 1_000)]
    public int Callers { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _memoryCache = new MemoryCache(new MemoryCacheOptions());
        _tokenCacheMemory = new MemoryCache(new MemoryCacheOptions());
        _tokenCache = new EcrTokenCache(_source, memoryCache: _tokenCacheMemory);
        _services = new ServiceCollection().AddHybridCache().Services.BuildServiceProvider();
        _hybridCacheMemory = (MemoryCache)_services.GetRequiredService<IMemoryCache>();
        _hybridCache = _services.GetRequiredService<HybridCache>();
        _fusionCacheMemory = new MemoryCache(new MemoryCacheOptions());
        _fusionCache = new FusionCache(new FusionCacheOptions(), _fusionCacheMemory);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _fusionCache.Dispose();
        _fusionCacheMemory.Dispose();
        _services.Dispose();
        _tokenCache.Dispose();
        _tokenCacheMemory.Dispose();
        _memoryCache.Dispose();
    }

    [Benchmark(Baseline = true, Description = "MemoryCache.GetOrCreateAsync")]
    public Task<int> Memory() => AskAsync(_memoryCache, () => _memoryCache.GetOrCreateAsync(Key, _ => FetchAsync()));

    [Benchmark(Description = "EcrTokenCache")]
    public Task<int> Cache() => AskAsync(_tokenCacheMemory, () => _tokenCache.GetTokenAsync(_request).AsTask());

    [Benchmark(Description = "HybridCache")]
    public Task<int> Hybrid() =>
        AskAsync(_hybridCacheMemory, () => _hybridCache.GetOrCreateAsync(Key, _ => new ValueTask<CachedToken>(FetchAsync())).AsTask());

    [Benchmark(Description = "FusionCache")]
    public Task<int> Fusion() =>
        AskAsync(_fusionCacheMemory, () => _fusionCache.GetOrSetAsync<CachedToken>(Key, (_, _) => FetchAsync()).AsTask());

    private async Task<int> AskAsync<T>(MemoryCache memory, Func<Task<T>> ask)
    {
        memory.Clear();
        var callers = new Task<T>[Callers];
        for (var caller = 0; caller < callers.Length; caller++)
        {
            callers[caller] = ask();
        }

        return (await Task.WhenAll(callers)).Length;
    }

    private async Task<CachedToken> FetchAsync() => new(await _source.GetTokenAsync(_request));
}

using Microsoft.Extensions.Caching.Memory;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>A memory cache that lets a test run code between two operations of its user.</summary>
internal sealed class HookedMemoryCache(TimeProvider timeProvider) : IMemoryCache
{
    private readonly MemoryCache _inner = new(new MemoryCacheOptions { Clock = new TimeProviderClock(timeProvider) });

    /// <summary>Runs once, after the next lookup and before its result is returned.</summary>
    public Action? AfterLookup { get; set; }

    /// <summary>Runs once, before the next entry is created.</summary>
    public Action? BeforeStore { get; set; }

    public bool TryGetValue(object key, out object? value)
    {
        var found = _inner.TryGetValue(key, out value);
        var hook = AfterLookup;
        AfterLookup = null;
        hook?.Invoke();
        return found;
    }

    public ICacheEntry CreateEntry(object key)
    {
        var hook = BeforeStore;
        BeforeStore = null;
        hook?.Invoke();
        return _inner.CreateEntry(key);
    }

    public void Remove(object key) => _inner.Remove(key);

    public void Dispose() => _inner.Dispose();
}

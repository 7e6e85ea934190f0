using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What a provider's plugin has answered, for as long as the kubelet reuses it.</summary>
/// <remarks>An entry is valid up to and including the instant of its expiry. Thread-safe.</remarks>
internal sealed class PluginCache
{
    public const string GlobalKey = "<global>";

    private static readonly TimeSpan PurgeInterval = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _timeProvider;
    private readonly long _start;
    private readonly Lock _gate = new();
    private readonly Dictionary<CacheKey, CacheEntry> _entries = [];
    private TimeSpan _lastPurge;

    public PluginCache(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _start = timeProvider.GetTimestamp();
    }

    // Like the kubelet's clock it goes on evenly when the system's clock is set.
    private TimeSpan Now => _timeProvider.GetElapsedTime(_start);

    /// <summary>Finds the answer for an image: one for the image itself, for its registry or for all images, in this order.</summary>
    /// <param name="image">The image.</param>
    /// <param name="registry">The registry of the image.</param>
    /// <param name="serviceAccount">The key of the service account; empty without one.</param>
    /// <param name="entry">The answer, or null.</param>
    public bool TryFind(string image, string registry, string serviceAccount, [NotNullWhen(true)] out CacheEntry? entry)
    {
        lock (_gate)
        {
            var now = Now;
            if (now > _lastPurge + PurgeInterval)
            {
                Purge(now);
            }

            return TryFind(new CacheKey(image, serviceAccount), now, out entry)
                || TryFind(new CacheKey(registry, serviceAccount), now, out entry)
                || TryFind(new CacheKey(GlobalKey, serviceAccount), now, out entry);
        }
    }

    /// <summary>Adds an answer, or replaces the one with the same key.</summary>
    public void Add(string key, string serviceAccount, CacheEntry entry)
    {
        lock (_gate)
        {
            _entries[new CacheKey(key, serviceAccount)] = entry;
        }
    }

    /// <summary>The instant at which an answer expires that is cached now.</summary>
    public TimeSpan ExpiryAfter(TimeSpan duration) => Now + duration;

    /// <summary>How much longer an answer is valid.</summary>
    public TimeSpan TimeLeft(CacheEntry entry) => entry.ExpiresAt - Now;

    /// <summary>Everything that has not expired.</summary>
    public IReadOnlyList<KeyValuePair<CacheKey, CacheEntry>> List()
    {
        lock (_gate)
        {
            Purge(Now);
            return [.. _entries];
        }
    }

    private bool TryFind(CacheKey key, TimeSpan now, [NotNullWhen(true)] out CacheEntry? entry)
    {
        if (!_entries.TryGetValue(key, out entry))
        {
            return false;
        }

        if (now <= entry.ExpiresAt)
        {
            return true;
        }

        _entries.Remove(key);
        entry = null;
        return false;
    }

    private void Purge(TimeSpan now)
    {
        _lastPurge = now;
        foreach (var (key, entry) in _entries)
        {
            if (now > entry.ExpiresAt)
            {
                _entries.Remove(key);
            }
        }
    }
}

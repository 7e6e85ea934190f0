using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

public sealed class PluginCacheTests
{
    private readonly FakeTimeProvider _clock = new();

    [Test]
    public void An_answer_is_valid_up_to_and_including_the_instant_of_its_expiry()
    {
        var cache = new PluginCache(_clock);
        cache.Add("a.io", "", Entry(cache, TimeSpan.FromMinutes(5)));

        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.That(cache.TryFind("a.io/b", "a.io", "", out _), Is.True);

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.That(cache.TryFind("a.io/b", "a.io", "", out _), Is.False);
    }

    [Test]
    public void The_answer_for_the_image_comes_before_that_for_its_registry_and_that_before_the_global_one()
    {
        var cache = new PluginCache(_clock);
        var entries = new[] { PluginCache.GlobalKey, "a.io", "a.io/b" }.Select(key =>
        {
            var entry = Entry(cache, TimeSpan.FromMinutes(5));
            cache.Add(key, "", entry);
            return cache.TryFind("a.io/b", "a.io", "", out var found) && found == entry;
        });

        Assert.That(entries, Has.All.True);
        Assert.That(cache.TryFind("a.io/b", "a.io", "another service account", out _), Is.False);
    }

    private static CacheEntry Entry(PluginCache cache, TimeSpan duration) => new(AuthMap.Empty, CacheKeyType.Registry, cache.ExpiryAfter(duration));
}

using Microsoft.Extensions.Internal;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>The clock of a token cache; its memory cache sees the time of the last reading.</summary>
/// <remarks>
/// Reading a clock takes half the time of a lookup. The token cache reads it once per request and decides by that reading alone. The memory cache, which
/// takes an <see cref="ISystemClock"/> instead of a <see cref="TimeProvider"/>, reuses that reading, or a newer one by another thread.
/// </remarks>
internal sealed class LastReadClock(TimeProvider timeProvider) : ISystemClock
{
    private long _lastRead = timeProvider.GetUtcNow().UtcTicks;

    DateTimeOffset ISystemClock.UtcNow => new(new DateTime(Volatile.Read(ref _lastRead), DateTimeKind.Utc));

    public DateTimeOffset Read()
    {
        var now = timeProvider.GetUtcNow();
        Volatile.Write(ref _lastRead, now.UtcTicks);
        return now;
    }
}

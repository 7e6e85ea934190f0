using Microsoft.Extensions.Internal;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>A token cache's clock, and for the memory cache under it the time at which that clock was last read.</summary>
/// <remarks>
/// To read a clock takes half of a lookup. The token cache reads it for each request and decides by that reading alone; its memory cache, which has no
/// <see cref="TimeProvider"/> but an <see cref="ISystemClock"/> and would read it again, takes the same reading, or that of another thread just now.
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

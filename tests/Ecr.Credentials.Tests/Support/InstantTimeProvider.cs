using System.Collections.Concurrent;

namespace Ecr.Credentials.Tests.Support;

/// <summary>A clock whose timers fire at once, or never if they are longer than a limit. Records the duration of each.</summary>
internal sealed class InstantTimeProvider(TimeSpan? limit = null) : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waits.Enqueue(dueTime);
        return System.CreateTimer(callback, state, dueTime > limit ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, period);
    }
}

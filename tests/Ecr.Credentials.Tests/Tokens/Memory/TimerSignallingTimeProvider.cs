using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>A manual clock that signals when a timer is created.</summary>
internal sealed class TimerSignallingTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Ignores all timers created so far.</summary>
    public void ForgetTimers()
    {
        while (_timers.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Waits until a timer is created, and advances the clock to its due time.</summary>
    public async Task AdvanceToTimerAsync() => Advance(await _timers.Reader.ReadAsync());
}

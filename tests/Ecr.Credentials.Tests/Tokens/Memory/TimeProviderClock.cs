using Microsoft.Extensions.Internal;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>Adapts a <see cref="TimeProvider"/> to the <see cref="ISystemClock"/> of a memory cache.</summary>
internal sealed class TimeProviderClock(TimeProvider timeProvider) : ISystemClock
{
    public DateTimeOffset UtcNow => timeProvider.GetUtcNow();
}

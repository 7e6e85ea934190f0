using Microsoft.Extensions.Internal;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>Lets a memory cache, which knows only <see cref="ISystemClock"/>, run on a <see cref="TimeProvider"/>.</summary>
internal sealed class TimeProviderClock(TimeProvider timeProvider) : ISystemClock
{
    public DateTimeOffset UtcNow => timeProvider.GetUtcNow();
}

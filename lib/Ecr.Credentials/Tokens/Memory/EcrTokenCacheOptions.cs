using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>The options of an <see cref="EcrTokenCache"/>. Read once, when the cache is created.</summary>
public sealed class EcrTokenCacheOptions
{
    // .NET timers are limited to 32 bits of milliseconds.
    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(49);

    /// <summary>Gets or sets the maximum number of cached tokens; at least 1, 1,000 by default. Ignored if <see cref="MemoryCache"/> is set.</summary>
    public int SizeLimit { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets how long before its expiry a token is no longer returned and callers wait for a new one; 5 minutes by default, not negative. Limited to
    /// half of the token's lifetime.
    /// </summary>
    public TimeSpan RefreshMargin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets the timeout of a call to the source; 1 minute by default, positive, at most 49 days. Without it, a hanging call would block all later
    /// callers.
    /// </summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets or sets the memory cache that stores the tokens; by default a private one. Code that can enumerate a memory cache set here can read the
    /// passwords. Each token has size 1. The caller disposes it; several token caches may share it and never see each other's tokens.
    /// </summary>
    public IMemoryCache? MemoryCache { get; set; }

    /// <summary>Gets or sets the clock; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets the logger, which receives failed refreshes, without secrets; none by default.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <exception cref="ArgumentException">An option is out of range or <see langword="null"/>; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SizeLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshMargin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FetchTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FetchTimeout, MaxTimer);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(Logger);
    }
}

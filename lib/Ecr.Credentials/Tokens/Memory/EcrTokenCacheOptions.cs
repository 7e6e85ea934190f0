using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>How an <see cref="EcrTokenCache"/> behaves. Read once, when the cache is made.</summary>
public sealed class EcrTokenCacheOptions
{
    // Timers of .NET take no more milliseconds than fit 32 bits.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <summary>How many tokens are held at most; 1,000 by default, 1 at least. Applies to the cache's own memory, not to <see cref="MemoryCache"/>.</summary>
    public int SizeLimit { get; set; } = 1_000;

    /// <summary>
    /// How long before its expiry a token is good no more and callers wait for another one; 5 minutes by default, not negative. Never more than half of
    /// the token's life.
    /// </summary>
    public TimeSpan RefreshMargin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a call of the source may take; 1 minute by default, positive, 49 days at most. A call that hangs would otherwise hold up everyone who asks later.
    /// </summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Where tokens are kept; by default memory of the cache's own, which nobody else can read. Anyone who can enumerate a memory cache given here can
    /// read the passwords. Each token has the size 1 in it. The caller disposes it; several token caches may share it and never see each other's tokens.
    /// </summary>
    public IMemoryCache? MemoryCache { get; set; }

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Told when a token cannot be renewed, without secrets; silent by default.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <exception cref="ArgumentException">An option cannot be used; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SizeLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshMargin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FetchTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FetchTimeout, LongestTimer);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(Logger);
    }
}

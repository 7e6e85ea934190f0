namespace Ecr.Credentials.Tokens.Memory;

/// <summary>The options of an <see cref="EcrTokenCache"/>. Read once, when the cache is created.</summary>
public sealed class EcrTokenCacheOptions
{
    // .NET timers are limited to 32 bits of milliseconds.
    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(49);

    /// <summary>Gets or sets the maximum number of cached tokens; at least 1, 1,000 by default. Ignored with a memory cache of the caller.</summary>
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

    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SizeLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshMargin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FetchTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FetchTimeout, MaxTimer);
    }
}

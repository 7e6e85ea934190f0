using System.Security.Cryptography;

namespace Ecr.Credentials.Tokens;

/// <summary>A cached token and the times at which it is refreshed, becomes stale and expires. Immutable.</summary>
internal sealed class EcrTokenEntry
{
    private static readonly TimeSpan MinRetryDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromMinutes(15);

    // A registry that rejects a token this young would reject a new one too. Without this limit every rejected request would cause an AWS call.
    private static readonly TimeSpan ReplaceableAge = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _retryDelay = MinRetryDelay;
    private readonly DateTimeOffset _replaceableFrom;

    /// <param name="token">The token.</param>
    /// <param name="requestedAt">When the token was requested, which is before it was issued.</param>
    /// <param name="margin">How long before its expiry the token becomes stale; at most half of its lifetime.</param>
    public EcrTokenEntry(EcrToken token, DateTimeOffset requestedAt, TimeSpan margin)
    {
        Token = token;
        _replaceableFrom = requestedAt + ReplaceableAge;
        if (token.ExpiresAt is not { } expiresAt)
        {
            RefreshAt = StaleAt = requestedAt;
            ExpiresAt = DateTimeOffset.MaxValue;
            return;
        }

        var lifetime = Min(expiresAt - requestedAt, EcrToken.MaxLifetime);
        ExpiresAt = requestedAt + lifetime;
        RefreshAt = requestedAt + (lifetime / 2);
        StaleAt = ExpiresAt - Min(margin, lifetime / 2);
    }

    private EcrTokenEntry(EcrTokenEntry previous, DateTimeOffset refreshAt)
    {
        Token = previous.Token;
        RefreshAt = refreshAt;
        StaleAt = previous.StaleAt;
        ExpiresAt = previous.ExpiresAt;
        _replaceableFrom = refreshAt;
        _retryDelay = Min(previous._retryDelay * 2, MaxRetryDelay);
    }

    public EcrToken Token { get; }

    /// <summary>From this time on, a hit starts a background refresh: half of the token's lifetime, or the next attempt after a failure.</summary>
    public DateTimeOffset RefreshAt { get; }

    /// <summary>From this time on, callers wait for a new token. Not before <see cref="RefreshAt"/>.</summary>
    public DateTimeOffset StaleAt { get; }

    /// <summary>From this time on, the token is never returned. <see cref="DateTimeOffset.MaxValue"/> if there is no expiry time.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Whether the token has an expiry time, without which it is not cached.</summary>
    public bool HasExpiry => Token.ExpiresAt is not null;

    /// <summary>Whether callers wait for a new token because the registry rejected this one.</summary>
    public bool ShouldReplace(EcrToken? rejected, DateTimeOffset now) => Token == rejected && now >= _replaceableFrom;

    /// <summary>Returns an entry whose next refresh is delayed: by 15 s, doubled with each failure up to 15 minutes, half of it random.</summary>
    public EcrTokenEntry AfterFailedRefresh(DateTimeOffset now)
    {
        var retryAt = now + (_retryDelay * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0));

        // Once the token is stale, every request waits for a new one anyway.
        return new EcrTokenEntry(this, retryAt < StaleAt ? retryAt : StaleAt);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

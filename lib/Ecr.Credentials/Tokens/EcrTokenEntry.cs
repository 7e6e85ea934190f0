using System.Security.Cryptography;

namespace Ecr.Credentials.Tokens;

/// <summary>A token and the times that decide what a cache does with it. Immutable: whatever changes is another entry.</summary>
internal sealed class EcrTokenEntry
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);

    // What a registry has against a token so young, another one will not cure. Without this each refused request would be a call of AWS.
    private static readonly TimeSpan ReplaceableAge = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _retryDelay = FirstRetry;
    private readonly DateTimeOffset _replaceableFrom;

    /// <param name="token">The token.</param>
    /// <param name="askedAt">When it was asked for, which is before it was issued.</param>
    /// <param name="margin">How long before expiry callers wait for another token; half of the life at most.</param>
    public EcrTokenEntry(EcrToken token, DateTimeOffset askedAt, TimeSpan margin)
    {
        Token = token;
        _replaceableFrom = askedAt + ReplaceableAge;
        if (token.ExpiresAt is not { } expiresAt)
        {
            RefreshAt = WaitFrom = askedAt;
            ExpiresAt = DateTimeOffset.MaxValue;
            return;
        }

        var life = Min(expiresAt - askedAt, EcrToken.LongestLife);
        ExpiresAt = askedAt + life;
        RefreshAt = askedAt + (life / 2);
        WaitFrom = ExpiresAt - Min(margin, life / 2);
    }

    private EcrTokenEntry(EcrTokenEntry held, DateTimeOffset refreshAt)
    {
        Token = held.Token;
        RefreshAt = refreshAt;
        WaitFrom = held.WaitFrom;
        ExpiresAt = held.ExpiresAt;
        _replaceableFrom = refreshAt;
        _retryDelay = Min(held._retryDelay * 2, LongestRetry);
    }

    public EcrToken Token { get; }

    /// <summary>From then on a hit starts a refresh in the background: half of the token's life, or the next attempt after a failure.</summary>
    public DateTimeOffset RefreshAt { get; }

    /// <summary>From then on callers wait for another token. Not before <see cref="RefreshAt"/>.</summary>
    public DateTimeOffset WaitFrom { get; }

    /// <summary>From then on nobody gets the token. The end of time where ECR did not say; such a token is never kept.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Whether it is known how long the token may be kept.</summary>
    public bool HasExpiry => Token.ExpiresAt is not null;

    /// <summary>Whether callers wait for another token because this is the one that a registry refused.</summary>
    public bool IsReplacedAfter(EcrToken? rejected, DateTimeOffset now) => Token == rejected && now >= _replaceableFrom;

    /// <summary>The same token, to be refreshed later: 15 s doubled with each failure, 15 minutes at most, half of it random.</summary>
    public EcrTokenEntry AfterFailedRefresh(DateTimeOffset now)
    {
        var retryAt = now + (_retryDelay * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0));

        // Later than that callers wait anyway.
        return new EcrTokenEntry(this, retryAt < WaitFrom ? retryAt : WaitFrom);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

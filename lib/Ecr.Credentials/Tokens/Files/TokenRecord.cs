using System.Diagnostics;
using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>A token in a file and the times that decide what becomes of it. Immutable.</summary>
/// <remarks>
/// As text, one thing to a line: format, key, times in milliseconds since 1970, user name, password, proxy endpoint, and a hash of all that, which tells a file
/// that a crash or a bad disk has damaged.
/// </remarks>
[DebuggerDisplay("{Token,nq}")]
internal sealed class TokenRecord
{
    private const string Format = "ecr-credential-provider token 1";

    // The year 5138: times near the end of time cannot be reckoned with.
    private const long LastTime = 100_000_000_000_000;

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    // What a registry has against a token so young, another one will not cure.
    private static readonly TimeSpan ReplaceableAge = TimeSpan.FromMinutes(1);

    private readonly DateTimeOffset _askedAt;
    private readonly DateTimeOffset _retryAt;
    private readonly EcrTokenEntry _entry;

    /// <param name="token">The token.</param>
    /// <param name="askedAt">When it was asked for, which is before it was issued.</param>
    public TokenRecord(EcrToken token, DateTimeOffset askedAt)
        : this(token, askedAt, askedAt)
    {
    }

    private TokenRecord(EcrToken token, DateTimeOffset askedAt, DateTimeOffset retryAt)
    {
        Token = token;
        _askedAt = askedAt;
        _retryAt = retryAt;
        _entry = new EcrTokenEntry(token, askedAt, Margin);
    }

    public EcrToken Token { get; }

    /// <summary>Whether it may be kept: it is known when it expires, and its texts fit the file's lines.</summary>
    public bool CanBeKept => _entry.HasExpiry && IsLine(Token.Username) && IsLine(Token.Password) && IsLine(Token.ProxyEndpoint ?? "");

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <returns>Null if the text is damaged, or is for another key.</returns>
    public static TokenRecord? Read(ReadOnlySpan<char> text, TokenFileKey key)
    {
        var rest = text;
        var format = ReadLine(ref rest);
        var keyText = ReadLine(ref rest);
        var (hasAskedAt, askedAt) = ReadTime(ref rest);
        var (hasExpiresAt, expiresAt) = ReadTime(ref rest);
        var (hasRetryAt, retryAt) = ReadTime(ref rest);
        var (username, password, endpoint) = (ReadLine(ref rest).ToString(), ReadLine(ref rest).ToString(), ReadLine(ref rest).ToString());
        var hash = Fnv1a64.Of(text[..^rest.Length]);
        return format.SequenceEqual(Format)
            && keyText.SequenceEqual(key.Text)
            && hasAskedAt
            && hasExpiresAt
            && hasRetryAt
            && ulong.TryParse(ReadLine(ref rest), NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out var writtenHash)
            && writtenHash == hash
            && rest.IsEmpty
                ? new TokenRecord(new EcrToken(username, password, expiresAt) { ProxyEndpoint = endpoint.Length > 0 ? endpoint : null }, askedAt, retryAt)
                : null;
    }

    public string Write(TokenFileKey key)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Format}\n{key.Text}\n{WriteTime(_askedAt)}\n{WriteTime(Token.ExpiresAt!.Value)}\n{WriteTime(_retryAt)}\n"
                + $"{Token.Username}\n{Token.Password}\n{Token.ProxyEndpoint}\n");
        return string.Create(CultureInfo.InvariantCulture, $"{text}{Fnv1a64.Of(text):x16}\n");
    }

    /// <summary>Whether the token is given out without asking for another one: in the first half of its life, and for a while after a failure to renew it.</summary>
    public bool IsFresh(DateTimeOffset now, EcrToken? rejected) =>
        IsGood(now)
        && (now < _entry.RefreshAt || (now < _retryAt && now < _entry.WaitFrom))
        && (rejected?.Password != Token.Password || now < _askedAt + ReplaceableAge || now < _retryAt);

    /// <summary>Whether the token is given out where another one cannot be had. A token of the future shows that the clock was moved, and its age is unknown.</summary>
    public bool IsGood(DateTimeOffset now) => now >= _askedAt && now < _entry.ExpiresAt;

    /// <summary>The same token, to be renewed at another time.</summary>
    public TokenRecord AfterFailedRefresh(DateTimeOffset retryAt) => new(Token, _askedAt, retryAt);

    private static bool IsLine(string text) => !text.Contains('\n', StringComparison.Ordinal);

    private static long WriteTime(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static (bool IsTime, DateTimeOffset Time) ReadTime(ref ReadOnlySpan<char> text) =>
        long.TryParse(ReadLine(ref text), NumberStyles.None, NumberFormatInfo.InvariantInfo, out var milliseconds) && milliseconds <= LastTime
            ? (true, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
            : (false, default);

    private static ReadOnlySpan<char> ReadLine(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return line;
    }
}

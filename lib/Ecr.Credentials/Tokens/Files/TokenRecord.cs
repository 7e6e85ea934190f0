using System.Diagnostics;
using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>A token stored in a file, with the times at which it was requested and may be refreshed. Immutable.</summary>
/// <remarks>
/// The text form has one value per line: format, key, times in milliseconds since 1970, user name, password, proxy endpoint, and a hash of the preceding
/// lines, which detects files damaged by a crash or a bad disk.
/// </remarks>
[DebuggerDisplay("{Token,nq}")]
internal sealed class TokenRecord
{
    private const string Format = "ecr-credential-provider token 1";

    // The year 5138: leaves room for arithmetic without overflow.
    private const long MaxTime = 100_000_000_000_000;

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    // A registry that rejects a token this young would reject a new one too.
    private static readonly TimeSpan ReplaceableAge = TimeSpan.FromMinutes(1);

    private readonly DateTimeOffset _requestedAt;
    private readonly DateTimeOffset _retryAt;
    private readonly EcrTokenEntry _entry;

    /// <param name="token">The token.</param>
    /// <param name="requestedAt">When the token was requested, which is before it was issued.</param>
    public TokenRecord(EcrToken token, DateTimeOffset requestedAt)
        : this(token, requestedAt, requestedAt)
    {
    }

    private TokenRecord(EcrToken token, DateTimeOffset requestedAt, DateTimeOffset retryAt)
    {
        Token = token;
        _requestedAt = requestedAt;
        _retryAt = retryAt;
        _entry = new EcrTokenEntry(token, requestedAt, Margin);
    }

    public EcrToken Token { get; }

    /// <summary>From this time on, the token is never returned.</summary>
    public DateTimeOffset ExpiresAt => _entry.ExpiresAt;

    /// <summary>Whether the token can be stored: it has an expiry time, and its values contain no line feeds.</summary>
    public bool CanBeStored => _entry.HasExpiry && IsLine(Token.Username) && IsLine(Token.Password) && IsLine(Token.ProxyEndpoint ?? "");

    /// <summary>Parses the text written by <see cref="Write"/>.</summary>
    /// <returns>Null if the text is damaged or has another key.</returns>
    public static TokenRecord? Read(ReadOnlySpan<char> text, TokenFileKey key)
    {
        var rest = text;
        var format = ReadLine(ref rest);
        var keyText = ReadLine(ref rest);
        var (hasRequestedAt, requestedAt) = ReadTime(ref rest);
        var (hasExpiresAt, expiresAt) = ReadTime(ref rest);
        var (hasRetryAt, retryAt) = ReadTime(ref rest);
        var (username, password, endpoint) = (ReadLine(ref rest).ToString(), ReadLine(ref rest).ToString(), ReadLine(ref rest).ToString());
        var hash = Fnv1a64.Of(text[..^rest.Length]);
        return format.SequenceEqual(Format)
            && keyText.SequenceEqual(key.Text)
            && hasRequestedAt
            && hasExpiresAt
            && hasRetryAt
            && ulong.TryParse(ReadLine(ref rest), NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out var writtenHash)
            && writtenHash == hash
            && rest.IsEmpty
                ? new TokenRecord(
                    new EcrToken(username, password, expiresAt) { ProxyEndpoint = endpoint.Length > 0 ? endpoint : null }, requestedAt, retryAt)
                : null;
    }

    /// <summary>Reads key and expiry time; <see langword="null"/> if the text has another format.</summary>
    public static (string Key, DateTimeOffset ExpiresAt)? ReadDescription(ReadOnlySpan<char> text)
    {
        var format = ReadLine(ref text);
        var key = ReadLine(ref text).ToString();
        _ = ReadTime(ref text);
        var (isTime, expiresAt) = ReadTime(ref text);
        return format.SequenceEqual(Format) && isTime ? (key, expiresAt) : null;
    }

    public string Write(TokenFileKey key)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Format}\n{key.Text}\n{WriteTime(_requestedAt)}\n{WriteTime(Token.ExpiresAt!.Value)}\n{WriteTime(_retryAt)}\n"
                + $"{Token.Username}\n{Token.Password}\n{Token.ProxyEndpoint}\n");
        return string.Create(CultureInfo.InvariantCulture, $"{text}{Fnv1a64.Of(text):x16}\n");
    }

    /// <summary>Whether the token is returned without a refresh: in the first half of its lifetime, and for a while after a failed refresh.</summary>
    public bool IsFresh(DateTimeOffset now, EcrToken? rejected) =>
        IsValid(now)
        && (now < _entry.RefreshAt || (now < _retryAt && now < _entry.StaleAt))
        && (rejected?.Password != Token.Password || now < _requestedAt + ReplaceableAge || now < _retryAt);

    /// <summary>
    /// Whether the token can be used if a refresh fails. A token dated in the future is not valid: the clock was changed, so its age is unknown.
    /// </summary>
    public bool IsValid(DateTimeOffset now) => now >= _requestedAt && now < _entry.ExpiresAt;

    /// <summary>Returns a record with the same token and the time of the next refresh attempt.</summary>
    public TokenRecord AfterFailedRefresh(DateTimeOffset retryAt) => new(Token, _requestedAt, retryAt);

    private static bool IsLine(string text) => !text.Contains('\n', StringComparison.Ordinal);

    private static long WriteTime(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static (bool IsTime, DateTimeOffset Time) ReadTime(ref ReadOnlySpan<char> text) =>
        long.TryParse(ReadLine(ref text), NumberStyles.None, NumberFormatInfo.InvariantInfo, out var milliseconds) && milliseconds <= MaxTime
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

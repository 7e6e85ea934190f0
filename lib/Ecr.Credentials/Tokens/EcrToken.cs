using System.Diagnostics;
using System.Text;

namespace Ecr.Credentials.Tokens;

/// <summary>A registry password from Amazon ECR and the time at which it expires.</summary>
/// <remarks>Immutable. <see cref="ToString"/> and the debugger show no password.</remarks>
/// <param name="username">The user name; ECR names it <c>AWS</c>.</param>
/// <param name="password">The password.</param>
/// <param name="expiresAt">When ECR stops accepting it; <see langword="null"/> when ECR did not say.</param>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class EcrToken(string username, string password, DateTimeOffset? expiresAt)
{
    /// <summary>The user name; ECR names it <c>AWS</c>.</summary>
    public string Username { get; } = username ?? throw new ArgumentNullException(nameof(username));

    /// <summary>The password, some kilobytes of text.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Password { get; } = password ?? throw new ArgumentNullException(nameof(password));

    /// <summary>When ECR stops accepting the password, usually 12 hours after it was issued; <see langword="null"/> when ECR did not say.</summary>
    public DateTimeOffset? ExpiresAt { get; } = expiresAt;

    // AWS documents 12 hours, <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_AuthorizationData.html>. Reckoned by this machine's
    // clock, that bounds the life of a token also where the clock is behind AWS's, by which "expires at" is written.
    internal static TimeSpan LongestLife { get; } = TimeSpan.FromHours(12);

    /// <summary>
    /// The private registry of the AWS identity's own account, such as <c>https://123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>. The password is good
    /// for others of the region too. <see langword="null"/> by default, when ECR did not say, and for ECR Public.
    /// </summary>
    public string? ProxyEndpoint { get; init; }

    /// <summary>Reads the <c>authorizationToken</c> of ECR's answer: the base64 form of <c>AWS:password</c>.</summary>
    /// <param name="authorizationToken">The token as ECR gives it.</param>
    /// <param name="expiresAt">ECR's <c>expiresAt</c>.</param>
    /// <param name="proxyEndpoint">ECR's <c>proxyEndpoint</c>, if there is one.</param>
    /// <returns>The token, decoded.</returns>
    /// <exception cref="FormatException">The text is not base64 of UTF-8 text with a colon, or has no password. The message holds none of it.</exception>
    public static EcrToken FromAuthorizationToken(string authorizationToken, DateTimeOffset? expiresAt, string? proxyEndpoint = null)
    {
        ArgumentNullException.ThrowIfNull(authorizationToken);

        var text = Encoding.UTF8.GetString(DecodeBase64(authorizationToken));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || colon == text.Length - 1
            ? throw new FormatException("The authorization token does not hold a user name, a colon and a password.")
            : new EcrToken(text[..colon], text[(colon + 1)..], expiresAt) { ProxyEndpoint = proxyEndpoint };
    }

    /// <summary>The expiry; the password stays hidden.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"hidden password, expires {ExpiresAt?.ToString("u") ?? "at an unknown time"}";

    private static byte[] DecodeBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new FormatException("The authorization token is not base64 text.");
        }
    }
}

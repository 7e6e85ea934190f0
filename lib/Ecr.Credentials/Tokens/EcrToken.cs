using System.Diagnostics;
using System.Text;
using System.Text.Unicode;

namespace Ecr.Credentials.Tokens;

/// <summary>A registry password issued by Amazon ECR, and its expiry time.</summary>
/// <remarks>Immutable. <see cref="ToString"/> and the debugger do not show the password.</remarks>
/// <param name="username">The user name; always <c>AWS</c> for ECR.</param>
/// <param name="password">The password.</param>
/// <param name="expiresAt">The expiry time; <see langword="null"/> if ECR did not return one.</param>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class EcrToken(string username, string password, DateTimeOffset? expiresAt)
{
    /// <summary>Gets the user name; always <c>AWS</c> for ECR.</summary>
    public string Username { get; } = username ?? throw new ArgumentNullException(nameof(username));

    /// <summary>Gets the password, a few kilobytes of text.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Password { get; } = password ?? throw new ArgumentNullException(nameof(password));

    /// <summary>Gets the expiry time, usually 12 hours after the token was issued; <see langword="null"/> if ECR did not return one.</summary>
    public DateTimeOffset? ExpiresAt { get; } = expiresAt;

    // AWS documents 12 hours, <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_AuthorizationData.html>. The expiry time is by AWS's clock;
    // measured by the local clock, this limit bounds the lifetime of a token even if the local clock is behind.
    internal static TimeSpan MaxLifetime { get; } = TimeSpan.FromHours(12);

    /// <summary>
    /// Gets the private registry of the AWS identity's own account, such as <c>https://123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>. The password is
    /// also valid for other registries of the region. <see langword="null"/> by default, if ECR did not return one, and for ECR Public.
    /// </summary>
    public string? ProxyEndpoint { get; init; }

    /// <summary>Decodes the <c>authorizationToken</c> of an ECR response: base64 of <c>AWS:password</c>.</summary>
    /// <param name="authorizationToken">The <c>authorizationToken</c> of the response.</param>
    /// <param name="expiresAt">The <c>expiresAt</c> of the response.</param>
    /// <param name="proxyEndpoint">The <c>proxyEndpoint</c> of the response, if present.</param>
    /// <returns>The decoded token.</returns>
    /// <exception cref="FormatException">
    /// The text is not valid base64, or does not decode to a user name, a colon and a password in UTF-8 without control characters. The message contains
    /// no part of it.
    /// </exception>
    public static EcrToken FromAuthorizationToken(string authorizationToken, DateTimeOffset? expiresAt, string? proxyEndpoint = null)
    {
        ArgumentNullException.ThrowIfNull(authorizationToken);

        var text = DecodeUtf8(DecodeBase64(authorizationToken));
        var colon = text.IndexOf(':', StringComparison.Ordinal);

        // https://datatracker.ietf.org/doc/html/rfc7617#section-2
        if (text.Any(char.IsControl))
        {
            throw new FormatException("the authorization token decodes to text with control characters.");
        }

        return colon < 0 || colon == text.Length - 1
            ? throw new FormatException("the authorization token does not decode to a user name, a colon and a password.")
            : new EcrToken(text[..colon], text[(colon + 1)..], expiresAt) { ProxyEndpoint = proxyEndpoint };
    }

    /// <summary>Returns the expiry time without the password.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"hidden password, expires {ExpiresAt?.ToString("u") ?? "at an unknown time"}";

    // Invalid bytes would become replacement characters, and the registry would reject the password.
    private static string DecodeUtf8(byte[] bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new FormatException("the authorization token does not decode to valid UTF-8.");

    private static byte[] DecodeBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new FormatException("the authorization token is not valid base64.");
        }
    }
}

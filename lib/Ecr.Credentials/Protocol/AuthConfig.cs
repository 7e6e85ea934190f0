using System.Diagnostics;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>A user name and password for a registry.</summary>
/// <remarks>Immutable. <see cref="ToString"/> and the debugger show no password.</remarks>
/// <param name="username">The user name; for Amazon ECR always <c>AWS</c>.</param>
/// <param name="password">The password.</param>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class AuthConfig(string username, string password)
{
    /// <summary>The user name; for Amazon ECR always <c>AWS</c>. May be empty.</summary>
    public string Username { get; } = username ?? throw new ArgumentNullException(nameof(username));

    /// <summary>The password. May be empty.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Password { get; } = password ?? throw new ArgumentNullException(nameof(password));

    /// <summary>The user name; the password stays hidden.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"{MessageText.Quote(Username)} with a hidden password";
}

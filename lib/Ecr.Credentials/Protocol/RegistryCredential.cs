using System.Diagnostics;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>The user name and password for a registry.</summary>
/// <remarks>Immutable. <see cref="ToString"/> and the debugger do not show the password.</remarks>
/// <param name="username">The user name; for Amazon ECR always <c>AWS</c>.</param>
/// <param name="password">The password.</param>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class RegistryCredential(string username, string password)
{
    /// <summary>Gets the user name; for Amazon ECR always <c>AWS</c>. May be empty.</summary>
    public string Username { get; } = username ?? throw new ArgumentNullException(nameof(username));

    /// <summary>Gets the password. May be empty.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Password { get; } = password ?? throw new ArgumentNullException(nameof(password));

    /// <summary>Returns the user name without the password.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"{MessageText.Quote(Username)} with a hidden password";
}

using System.Diagnostics;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>A credential that the kubelet would try for an image, and where it comes from.</summary>
/// <remarks>Immutable and thread-safe. <see cref="ToString"/> and the debugger show no password.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ImageCredential
{
    internal ImageCredential(string provider, string authKey, string username, string password, ServiceAccountReference? serviceAccount)
    {
        Provider = provider;
        AuthKey = Plugins.AuthKey.WithoutUserinfo(authKey);
        Username = username;
        Password = password;
        ServiceAccount = serviceAccount;
    }

    /// <summary>The name of the provider whose plugin returned the credential.</summary>
    public string Provider { get; }

    /// <summary>The key of the credential in the plugin's response, such as <c>*.example.com</c>. A password in front of the host is hidden.</summary>
    public string AuthKey { get; }

    /// <summary>The user name. May be empty.</summary>
    public string Username { get; }

    /// <summary>The password. May be empty.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Password { get; }

    /// <summary>The service account whose token the plugin was given; <see langword="null"/> if the plugin was given none.</summary>
    public ServiceAccountReference? ServiceAccount { get; }

    /// <summary>The user name, the provider and the key; the password stays hidden.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() =>
        $"{MessageText.Quote(Username)} with a hidden password from provider {MessageText.Quote(Provider)} for {MessageText.Quote(AuthKey)}";

    internal ImageCredential With(ServiceAccountReference serviceAccount) => new(Provider, AuthKey, Username, Password, serviceAccount);
}

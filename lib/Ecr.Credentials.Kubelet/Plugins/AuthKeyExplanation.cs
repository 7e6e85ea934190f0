namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>One entry of <c>auth</c> in a plugin's response, and what it means for an image.</summary>
/// <remarks>Immutable and thread-safe. Holds no password.</remarks>
public sealed class AuthKeyExplanation
{
    internal AuthKeyExplanation(string key, string? storedKey, string? username, bool isUsed)
    {
        Key = key;
        StoredKey = storedKey;
        Username = username;
        IsUsed = isUsed;
    }

    /// <summary>The key as the plugin wrote it, such as <c>https://example.com/v2/</c>. A password in front of the host is hidden.</summary>
    public string Key { get; }

    /// <summary>
    /// The key as the kubelet's keyring holds it, such as <c>example.com</c>; <see langword="null"/> if it is ignored because it is not a URL.
    /// </summary>
    public string? StoredKey { get; }

    /// <summary>The user name; <see langword="null"/> if the entry is ignored.</summary>
    public string? Username { get; }

    /// <summary>Whether the kubelet tries the credential for the image: the key matches it, or represents Docker Hub and nothing else matches.</summary>
    public bool IsUsed { get; }
}

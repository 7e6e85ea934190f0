namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>A credential with the key it is stored under.</summary>
/// <param name="key">The key.</param>
/// <param name="credential">The credential.</param>
internal sealed class KeyedCredential(AuthKey key, ImageCredential credential)
{
    public AuthKey Key { get; } = key;

    public ImageCredential Credential { get; } = credential;
}

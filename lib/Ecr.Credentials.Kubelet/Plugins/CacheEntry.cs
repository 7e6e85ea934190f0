using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>A cached answer.</summary>
/// <param name="auth">The credentials.</param>
/// <param name="keyType">By what it is cached.</param>
/// <param name="expiresAt">The instant of its expiry, on the cache's clock.</param>
internal sealed class CacheEntry(AuthMap auth, CacheKeyType keyType, TimeSpan expiresAt)
{
    public AuthMap Auth { get; } = auth;

    public CacheKeyType KeyType { get; } = keyType;

    public TimeSpan ExpiresAt { get; } = expiresAt;
}

using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Plugins.Responses;

/// <summary>A response that the kubelet has decoded, which it may still throw away for its <see cref="CacheKeyType"/>.</summary>
/// <param name="cacheKeyType">By what the response is cached, as the plugin wrote it.</param>
/// <param name="cacheDuration">How long it is cached; null if the plugin did not say.</param>
/// <param name="auth">The credentials by auth key, in the order in which the plugin wrote them.</param>
internal sealed class PluginResponse(string cacheKeyType, TimeSpan? cacheDuration, IReadOnlyList<KeyValuePair<string, RegistryCredential>> auth)
{
    public string CacheKeyType { get; } = cacheKeyType;

    public TimeSpan? CacheDuration { get; } = cacheDuration;

    public IReadOnlyList<KeyValuePair<string, RegistryCredential>> Auth { get; } = auth;
}

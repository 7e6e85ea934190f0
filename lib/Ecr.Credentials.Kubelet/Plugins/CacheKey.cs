namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>For which images, and for which service account, an answer is cached or a plugin is executed.</summary>
/// <param name="Text">An image, a registry or <see cref="PluginCache.GlobalKey"/>.</param>
/// <param name="ServiceAccount">The key of the service account; empty without one.</param>
internal readonly record struct CacheKey(string Text, string ServiceAccount);

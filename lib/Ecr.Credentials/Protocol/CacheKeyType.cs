namespace Ecr.Credentials.Protocol;

/// <summary>The images for which the kubelet may reuse a cached response.</summary>
public enum CacheKeyType
{
    /// <summary>The same image only.</summary>
    Image,

    /// <summary>All images with the same registry host and port.</summary>
    Registry,

    /// <summary>All images that match the provider's <c>matchImages</c>.</summary>
    Global,
}

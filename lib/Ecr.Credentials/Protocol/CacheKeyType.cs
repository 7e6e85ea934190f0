namespace Ecr.Credentials.Protocol;

/// <summary>How widely the kubelet may reuse a response from its cache.</summary>
public enum CacheKeyType
{
    /// <summary>For the same image only.</summary>
    Image,

    /// <summary>For every image of the same registry host and port.</summary>
    Registry,

    /// <summary>For every image that the provider is asked about.</summary>
    Global,
}

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What a provider contributed for an image.</summary>
public enum ProviderOutcome
{
    /// <summary>No entry of <c>matchImages</c> matches the image.</summary>
    NotMatched,

    /// <summary>The provider requires a service account, and the pod has none.</summary>
    ServiceAccountMissing,

    /// <summary>The service account lacks an annotation that the provider requires.</summary>
    AnnotationMissing,

    /// <summary>The service account or its token could not be obtained, or the plugin failed, or its response was refused. Nothing is cached.</summary>
    Failed,

    /// <summary>The answer came from the cache.</summary>
    Cached,

    /// <summary>The plugin was executed.</summary>
    Executed,

    /// <summary>The plugin was being executed for somebody else, whose answer was shared.</summary>
    Shared,
}

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>Whether and how a plugin gets a token of the pod's service account. Since Kubernetes 1.33.</summary>
/// <remarks>Immutable.</remarks>
public sealed class ServiceAccountTokenAttributes
{
    /// <summary>The audience of the token.</summary>
    public string ServiceAccountTokenAudience { get; init; } = "";

    /// <summary><c>ServiceAccount</c> or <c>Token</c>: by what responses are cached. Since Kubernetes 1.34, where it is required.</summary>
    public string CacheType { get; init; } = "";

    /// <summary>Whether the plugin runs only for pods with a service account; <see langword="null"/> if not set.</summary>
    public bool? RequireServiceAccount { get; init; }

    /// <summary>The annotations that the service account must have. Empty by default.</summary>
    public IReadOnlyList<string> RequiredServiceAccountAnnotationKeys { get; init; } = [];

    /// <summary>The annotations that are passed on if the service account has them. Empty by default.</summary>
    public IReadOnlyList<string> OptionalServiceAccountAnnotationKeys { get; init; } = [];
}

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>One provider of a <c>CredentialProviderConfig</c>: a plugin, the images it is asked about and how it is run.</summary>
/// <remarks>
/// Immutable. Rules: <see href="https://kubernetes.io/docs/reference/config-api/kubelet-config.v1/#kubelet-config-k8s-io-v1-CredentialProvider"/>.
/// </remarks>
public sealed class CredentialProvider
{
    /// <summary>The name of the provider, which is the file name of its executable in the bin directory.</summary>
    public string Name { get; init; } = "";

    /// <summary>The images that the plugin is asked about, as globs.</summary>
    public IReadOnlyList<string> MatchImages { get; init; } = [];

    /// <summary>How long a response is cached that has no duration of its own; <see langword="null"/> if not set.</summary>
    public TimeSpan? DefaultCacheDuration { get; init; }

    /// <summary>The version of the plugin protocol, such as <c>credentialprovider.kubelet.k8s.io/v1</c>.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>The arguments of the plugin. Empty by default.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment variables added to those of the kubelet; the last of two equal names wins. Empty by default. Values may be secrets.</summary>
    public IReadOnlyList<ExecEnvironmentVariable> Environment { get; init; } = [];

    /// <summary>Whether and how the plugin gets a token of the pod's service account; <see langword="null"/> if it gets none.</summary>
    public ServiceAccountTokenAttributes? TokenAttributes { get; init; }

    /// <summary>The name; the environment's values stay hidden.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => Name;
}

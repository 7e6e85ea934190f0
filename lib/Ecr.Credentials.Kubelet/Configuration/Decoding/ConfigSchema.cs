namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>The kinds that the kubelet's decoder of credential provider configurations knows, and the names of their fields and Go types.</summary>
/// <remarks>
/// Fields: <see href="https://kubernetes.io/docs/reference/config-api/kubelet-config.v1/#kubelet-config-k8s-io-v1-CredentialProviderConfig"/>.
/// </remarks>
internal sealed class ConfigSchema
{
    public const string Kind = "CredentialProviderConfig";
    public const string Group = "kubelet.config.k8s.io";
    public const string InternalVersion = "__internal";

    private const string PluginGroup = "credentialprovider.kubelet.k8s.io";

    private ConfigSchema(string version)
    {
        Version = version;
        Package = version == InternalVersion ? "config" : version;
        string[] provider = ["name", "matchImages", "defaultCacheDuration", "apiVersion", "args", "env"];
        ProviderFields = Array.ConvertAll(version is "v1" or InternalVersion ? [.. provider, "tokenAttributes"] : provider, Name);
        VariableFields = Array.ConvertAll(["name", "value"], Name);
        TokenAttributeFields = Array.ConvertAll(
            [
                "serviceAccountTokenAudience", "cacheType", "requireServiceAccount", "requiredServiceAccountAnnotationKeys",
                "optionalServiceAccountAnnotationKeys",
            ],
            Name);
    }

    public string Version { get; }

    /// <summary>The Go package in which the types are.</summary>
    public string Package { get; }

    public string[] ProviderFields { get; }

    public string[] VariableFields { get; }

    public string[] TokenAttributeFields { get; }

    /// <summary>The schema of a group and version; null if the kubelet has none.</summary>
    public static ConfigSchema? Find(string group, string version) =>
        group == Group && version is "v1" or "v1beta1" or "v1alpha1" or InternalVersion ? new ConfigSchema(version) : null;

    /// <summary>Whether the kubelet's decoder knows another kind, which it decodes and then refuses.</summary>
    /// <returns>The fields that the kind has; null if the decoder does not know it, empty if any may be there.</returns>
    public static string[]? FindOther(string group, string version, string kind) => (group, version, kind) switch
    {
        (Group, "v1beta1" or InternalVersion, "KubeletConfiguration") => [],
        (Group, "v1beta1" or InternalVersion, "SerializedNodeConfigSource") => ["source"],
        (Group, "v1alpha1" or "v1beta1" or InternalVersion, "ImagePullIntent") => ["image"],
        (Group, "v1alpha1" or "v1beta1" or InternalVersion, "ImagePulledRecord") => ["lastUpdatedTime", "imageRef", "credentialMapping"],
        (PluginGroup, "v1" or InternalVersion, "CredentialProviderRequest") => ["image", "serviceAccountToken", "serviceAccountAnnotations"],
        (PluginGroup, "v1alpha1" or "v1beta1", "CredentialProviderRequest") => ["image"],
        (PluginGroup, "v1alpha1" or "v1beta1" or "v1" or InternalVersion, "CredentialProviderResponse") => ["cacheKeyType", "cacheDuration", "auth"],
        ("", "v1", "Status" or "APIVersions" or "APIGroupList" or "APIGroup" or "APIResourceList") => [],
        _ => null,
    };

    /// <summary>A field's name: Go's own in the internal version, which has no names for JSON.</summary>
    public string Name(string field) => (Version, field) switch
    {
        (not InternalVersion, _) => field,
        (_, "apiVersion") => "APIVersion",
        _ => char.ToUpperInvariant(field[0]) + field[1..],
    };

    /// <summary>The name in JSON of a field that has the given name.</summary>
    public string JsonName(string name) => (Version, name) switch
    {
        (not InternalVersion, _) => name,
        (_, "APIVersion") => "apiVersion",
        _ => char.ToLowerInvariant(name[0]) + name[1..],
    };
}

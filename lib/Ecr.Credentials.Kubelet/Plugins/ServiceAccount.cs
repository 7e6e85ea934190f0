using System.Collections.ObjectModel;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What the API server knows of a service account.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="uid">The UID.</param>
public sealed class ServiceAccount(string uid)
{
    /// <summary>The UID.</summary>
    public string Uid { get; } = uid ?? throw new ArgumentNullException(nameof(uid));

    /// <summary>All annotations; empty by default. A plugin gets those that the configuration names.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

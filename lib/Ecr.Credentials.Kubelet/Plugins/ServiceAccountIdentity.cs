namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>The pod that an image is pulled for, and its service account.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class ServiceAccountIdentity
{
    /// <summary>A pod and its service account.</summary>
    /// <param name="namespaceName">The namespace of the pod and its service account.</param>
    /// <param name="name">The name of the service account. Not empty; a pod without one has no identity.</param>
    /// <param name="podName">The name of the pod, to which tokens are bound.</param>
    /// <param name="podUid">The UID of the pod.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public ServiceAccountIdentity(string namespaceName, string name, string podName, string podUid)
    {
        ArgumentNullException.ThrowIfNull(namespaceName);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(podName);
        ArgumentNullException.ThrowIfNull(podUid);
        Namespace = namespaceName;
        Name = name;
        PodName = podName;
        PodUid = podUid;
    }

    /// <summary>The namespace of the pod and its service account.</summary>
    public string Namespace { get; }

    /// <summary>The name of the service account.</summary>
    public string Name { get; }

    /// <summary>The name of the pod, to which tokens are bound.</summary>
    public string PodName { get; }

    /// <summary>The UID of the pod.</summary>
    public string PodUid { get; }

    /// <summary>Namespace and name of the service account.</summary>
    /// <returns>Text such as <c>default/web</c>.</returns>
    public override string ToString() => $"{Namespace}/{Name}";
}

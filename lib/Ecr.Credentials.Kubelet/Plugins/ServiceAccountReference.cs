namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Which service account a credential was obtained for.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="namespaceName">The namespace.</param>
/// <param name="name">The name.</param>
/// <param name="uid">The UID. A service account that is created anew has another one.</param>
public sealed class ServiceAccountReference(string namespaceName, string name, string uid)
{
    /// <summary>The namespace.</summary>
    public string Namespace { get; } = namespaceName ?? throw new ArgumentNullException(nameof(namespaceName));

    /// <summary>The name.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>The UID. A service account that is created anew has another one.</summary>
    public string Uid { get; } = uid ?? throw new ArgumentNullException(nameof(uid));

    /// <summary>Namespace, name and UID.</summary>
    /// <returns>Text such as <c>default/web/0a1b2c3d</c>.</returns>
    public override string ToString() => $"{Namespace}/{Name}/{Uid}";
}

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Which service account a credential was obtained for.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class ServiceAccountReference
{
    internal ServiceAccountReference(string namespaceName, string name, string uid)
    {
        Namespace = namespaceName;
        Name = name;
        Uid = uid;
    }

    /// <summary>The namespace.</summary>
    public string Namespace { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The UID. A service account that is created anew has another one.</summary>
    public string Uid { get; }

    /// <summary>Namespace, name and UID.</summary>
    /// <returns>Text such as <c>default/web/0a1b2c3d</c>.</returns>
    public override string ToString() => $"{Namespace}/{Name}/{Uid}";
}

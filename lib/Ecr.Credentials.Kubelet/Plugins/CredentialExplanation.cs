namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>How the kubelet finds the credentials for an image, step by step.</summary>
/// <remarks>Immutable and thread-safe. Only <see cref="Credentials"/> hold passwords, and hide them from text.</remarks>
public sealed class CredentialExplanation
{
    internal CredentialExplanation(string image, ImagePlan plan, IReadOnlyList<ProviderExplanation> providers, IReadOnlyList<ImageCredential> credentials)
    {
        Image = image;
        Repository = plan.Reference?.Repository;
        Tag = plan.Reference?.Tag;
        Digest = plan.Reference?.Digest;
        Error = plan.Error;
        Providers = providers;
        Credentials = credentials;
    }

    /// <summary>The image that was asked about.</summary>
    public string Image { get; }

    /// <summary>The image as plugins are asked about it, such as <c>docker.io/library/nginx</c>; <see langword="null"/> if its name is not valid.</summary>
    public string? Repository { get; }

    /// <summary>The tag; empty if there is only a digest, <see langword="null"/> if the name is not valid.</summary>
    public string? Tag { get; }

    /// <summary>The digest; empty if there is none, <see langword="null"/> if the name is not valid.</summary>
    public string? Digest { get; }

    /// <summary>What the kubelet says about a name that is not valid; <see langword="null"/> if it is valid.</summary>
    public string? Error { get; }

    /// <summary>All providers in the order of the configuration; empty if the name is not valid.</summary>
    public IReadOnlyList<ProviderExplanation> Providers { get; }

    /// <summary>The credentials in the order in which the kubelet tries them.</summary>
    public IReadOnlyList<ImageCredential> Credentials { get; }
}

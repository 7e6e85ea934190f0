namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What is known about an image from its name and the configuration alone.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class ImagePlan
{
    public ImagePlan(string image, PluginProvider[] providers)
    {
        if (!ImageReference.TryParse(image, out var reference, out var error))
        {
            Error = error;
            return;
        }

        Reference = reference;
        Registry = reference.Repository[..reference.Repository.IndexOf('/', StringComparison.Ordinal)];
        Patterns = [.. providers.Select(provider => provider.FindPattern(reference.Repository))];
        Providers = [.. providers.Where((_, i) => Patterns[i] is not null)];
    }

    /// <summary>The parts of the name; null if it is not valid.</summary>
    public ImageReference? Reference { get; }

    /// <summary>What the kubelet says about the name; null if it is valid.</summary>
    public string? Error { get; }

    /// <summary>The text before the first slash of the repository.</summary>
    public string Registry { get; } = "";

    /// <summary>For each provider the entry of <c>matchImages</c> that matches, or null.</summary>
    public string?[] Patterns { get; } = [];

    /// <summary>The providers that match.</summary>
    public PluginProvider[] Providers { get; } = [];
}

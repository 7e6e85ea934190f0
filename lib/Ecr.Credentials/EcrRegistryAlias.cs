using Ecr.Credentials.Matching;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials;

/// <summary>Says that hosts with names of their own, such as a mirror or proxy, take the password of an ECR registry.</summary>
/// <remarks>Immutable.</remarks>
public sealed class EcrRegistryAlias
{
    /// <summary>Names hosts and the registry behind them.</summary>
    /// <param name="pattern">The hosts, with their port if they have one; without a path, because the kubelet caches by host.</param>
    /// <param name="registry">The ECR registry whose password they take.</param>
    /// <exception cref="ArgumentException">The pattern has a path.</exception>
    public EcrRegistryAlias(ImagePattern pattern, EcrRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(registry);
        if (pattern.ToString().Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"The alias pattern {MessageText.Quote(pattern.ToString())} has a path. Name a host alone.", nameof(pattern));
        }

        Pattern = pattern;
        Registry = registry;
    }

    /// <summary>The hosts.</summary>
    public ImagePattern Pattern { get; }

    /// <summary>The ECR registry whose password they take.</summary>
    public EcrRegistry Registry { get; }

    /// <summary>Reads <c>PATTERN=REGISTRY</c>, such as <c>mirror.example.com:5000=123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>.</summary>
    /// <param name="text">The alias.</param>
    /// <returns>The alias.</returns>
    /// <exception cref="FormatException">There is no <c>=</c>, or one of the sides is not what it must be.</exception>
    public static EcrRegistryAlias Parse(ReadOnlySpan<char> text)
    {
        var equals = text.LastIndexOf('=');
        if (equals <= 0)
        {
            throw new FormatException($"{MessageText.Quote(text)} is not an alias. Write PATTERN=REGISTRY.");
        }

        var pattern = ImagePattern.Parse(text[..equals]);
        var registry = EcrRegistry.Parse(text[(equals + 1)..]);
        try
        {
            return new EcrRegistryAlias(pattern, registry);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The alias pattern {MessageText.Quote(text[..equals])} has a path. Name a host alone.", e);
        }
    }

    /// <summary>The alias as <see cref="Parse"/> reads it.</summary>
    /// <returns><c>PATTERN=REGISTRY</c>.</returns>
    public override string ToString() => $"{Pattern}={Registry}";
}

using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials;

/// <summary>Maps hosts with other names, such as a mirror or proxy, to the ECR registry whose password they accept.</summary>
/// <remarks>Immutable.</remarks>
public sealed class EcrRegistryAlias
{
    /// <summary>Initializes a new instance of the <see cref="EcrRegistryAlias"/> class.</summary>
    /// <param name="pattern">The hosts, with a port if they have one. A path is not allowed, because the kubelet caches by host.</param>
    /// <param name="registry">The ECR registry whose password the hosts accept.</param>
    /// <exception cref="ArgumentException">The pattern has a path.</exception>
    public EcrRegistryAlias(ImagePattern pattern, EcrRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(registry);
        if (pattern.ToString().Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"the alias pattern {MessageText.Quote(pattern.ToString())} must be a host without a path", nameof(pattern));
        }

        Pattern = pattern;
        Registry = registry;
    }

    /// <summary>Gets the pattern of the hosts.</summary>
    public ImagePattern Pattern { get; }

    /// <summary>Gets the ECR registry whose password the hosts accept.</summary>
    public EcrRegistry Registry { get; }

    /// <summary>Parses <c>PATTERN=REGISTRY</c>, such as <c>mirror.example.com:5000=123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>.</summary>
    /// <param name="text">The alias.</param>
    /// <returns>The alias.</returns>
    /// <exception cref="FormatException">There is no <c>=</c>, the pattern is not a valid host pattern, or the registry is not an ECR registry.</exception>
    public static EcrRegistryAlias Parse(ReadOnlySpan<char> text)
    {
        var equals = text.LastIndexOf('=');
        if (equals <= 0)
        {
            throw new FormatException($"{MessageText.Quote(text)} is not a valid registry alias. Expected PATTERN=REGISTRY.");
        }

        var pattern = ImagePattern.Parse(text[..equals]);
        var registry = EcrRegistry.Parse(text[(equals + 1)..]);
        try
        {
            return new EcrRegistryAlias(pattern, registry);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"the alias pattern {MessageText.Quote(text[..equals])} must be a host without a path", e);
        }
    }

    /// <summary>Parses an alias without throwing.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="alias">The alias, or <see langword="null"/>.</param>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out EcrRegistryAlias? alias) => TryParse(text, out alias, out _);

    /// <summary>Parses an alias without throwing, and says what is wrong with it.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="alias">The alias, or <see langword="null"/>.</param>
    /// <param name="error">What is wrong and what is expected, or <see langword="null"/>.</param>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryParse(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out EcrRegistryAlias? alias,
        [NotNullWhen(false)] out string? error)
    {
        try
        {
            (alias, error) = (Parse(text), null);
            return true;
        }
        catch (FormatException e)
        {
            (alias, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Returns the alias in the form that <see cref="Parse"/> reads.</summary>
    /// <returns><c>PATTERN=REGISTRY</c>.</returns>
    public override string ToString() => $"{Pattern}={Registry}";
}

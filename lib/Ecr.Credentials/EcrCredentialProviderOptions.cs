using Ecr.Credentials.Identity;

namespace Ecr.Credentials;

/// <summary>Options of an <see cref="EcrCredentialProvider"/>, read once when it is created.</summary>
public sealed class EcrCredentialProviderOptions
{
    private readonly List<EcrRegistryAlias> _registryAliases = [];
    private readonly List<EcrIdentityRule> _identityRules = [];

    /// <summary>Hosts that use the password of an ECR registry. The first match wins, also over the host's own name. Empty by default.</summary>
    public IList<EcrRegistryAlias> RegistryAliases => _registryAliases;

    /// <summary>How other hosts that are not ECR are handled; <see cref="UnknownRegistryHandling.Refuse"/> by default.</summary>
    public UnknownRegistryHandling UnknownRegistry { get; set; } = UnknownRegistryHandling.Refuse;

    /// <summary>
    /// The AWS identities that get the passwords for some images. The first match wins; without one <see cref="EcrIdentity.Default"/> is used.
    /// Empty by default.
    /// </summary>
    public IList<EcrIdentityRule> IdentityRules => _identityRules;

    /// <summary>
    /// How a request with a service-account token but without a role is handled; <see cref="ServiceAccountHandling.Optional"/> by default.
    /// </summary>
    public ServiceAccountHandling ServiceAccount { get; set; } = ServiceAccountHandling.Optional;

    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    internal void Validate()
    {
        if (UnknownRegistry is not (UnknownRegistryHandling.Refuse or UnknownRegistryHandling.UseDefaultRegion))
        {
            throw new ArgumentException(
                $"invalid {nameof(UnknownRegistry)} \"{UnknownRegistry}\": "
                    + $"expected {nameof(UnknownRegistryHandling.Refuse)} or {nameof(UnknownRegistryHandling.UseDefaultRegion)}");
        }

        if (ServiceAccount is not (ServiceAccountHandling.Optional or ServiceAccountHandling.RequireRole))
        {
            throw new ArgumentException(
                $"invalid {nameof(ServiceAccount)} \"{ServiceAccount}\": "
                    + $"expected {nameof(ServiceAccountHandling.Optional)} or {nameof(ServiceAccountHandling.RequireRole)}");
        }

        ThrowIfNullElements(_registryAliases, nameof(RegistryAliases));
        ThrowIfNullElements(_identityRules, nameof(IdentityRules));
    }

    internal EcrRegistryAlias[] CopyRegistryAliases() => [.. _registryAliases];

    internal EcrIdentityRule[] CopyIdentityRules() => [.. _identityRules];

    private static void ThrowIfNullElements<T>(List<T> list, string name)
        where T : class
    {
        if (list.Exists(static item => item is null))
        {
            throw new ArgumentException($"{name} contains a null element");
        }
    }
}

using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials;

/// <summary>How an <see cref="EcrCredentialProvider"/> behaves. Read once, when the provider is made.</summary>
public sealed class EcrCredentialProviderOptions
{
    private readonly List<EcrRegistryAlias> _registryAliases = [];
    private readonly List<EcrIdentityRule> _identityRules = [];

    /// <summary>Hosts that take the password of an ECR registry; the first that matches counts, also before the host's own name. Empty by default.</summary>
    public IList<EcrRegistryAlias> RegistryAliases => _registryAliases;

    /// <summary>What happens to any other host that is not ECR; <see cref="UnknownRegistryHandling.Refuse"/> by default.</summary>
    public UnknownRegistryHandling UnknownRegistry { get; set; } = UnknownRegistryHandling.Refuse;

    /// <summary>
    /// With which AWS identity the password for some images is asked for; the first rule that matches counts, and
    /// <see cref="EcrIdentity.Default"/> where none does. Empty by default.
    /// </summary>
    public IList<EcrIdentityRule> IdentityRules => _identityRules;

    /// <summary>
    /// What happens to a request that brings a service account's token for which no role is named;
    /// <see cref="ServiceAccountHandling.Optional"/> by default.
    /// </summary>
    public ServiceAccountHandling ServiceAccount { get; set; } = ServiceAccountHandling.Optional;

    /// <summary>The clock by which the cache duration is reckoned; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Told what is done and where calls go, without secrets; silent by default.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Who decides on the servers of AWS; .NET by default.</summary>
    internal LazyTrustStore? Trust { get; set; }

    /// <exception cref="ArgumentException">An option cannot be used; the message names it.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(Logger);
        if (UnknownRegistry is not (UnknownRegistryHandling.Refuse or UnknownRegistryHandling.UseDefaultRegion))
        {
            throw new ArgumentException(
                $"{nameof(UnknownRegistry)} is \"{UnknownRegistry}\". "
                    + $"Use {nameof(UnknownRegistryHandling.Refuse)} or {nameof(UnknownRegistryHandling.UseDefaultRegion)}.");
        }

        if (ServiceAccount is not (ServiceAccountHandling.Optional or ServiceAccountHandling.RequireRole))
        {
            throw new ArgumentException(
                $"{nameof(ServiceAccount)} is \"{ServiceAccount}\". "
                    + $"Use {nameof(ServiceAccountHandling.Optional)} or {nameof(ServiceAccountHandling.RequireRole)}.");
        }

        RefuseNull(_registryAliases, nameof(RegistryAliases));
        RefuseNull(_identityRules, nameof(IdentityRules));
    }

    internal EcrRegistryAlias[] CopyRegistryAliases() => [.. _registryAliases];

    internal EcrIdentityRule[] CopyIdentityRules() => [.. _identityRules];

    private static void RefuseNull<T>(List<T> list, string name)
        where T : class
    {
        if (list.Exists(static item => item is null))
        {
            throw new ArgumentException($"{name} holds a null. Take it out.");
        }
    }
}

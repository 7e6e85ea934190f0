using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tokens;

/// <summary>A request for a token.</summary>
/// <remarks>Immutable and thread-safe. An instance can be reused any number of times.</remarks>
/// <param name="registry">The registry to get a token for.</param>
public sealed class EcrTokenRequest(EcrRegistry registry)
{
    private EcrTokenKey? _key;

    /// <summary>
    /// Gets the registry to get a token for. It determines the region and the API; the token is valid for all registries of the region that the AWS
    /// identity may access.
    /// </summary>
    public EcrRegistry Registry { get; } = registry ?? throw new ArgumentNullException(nameof(registry));

    /// <summary>Gets the AWS identity that requests the token; the default is <see cref="EcrIdentity.Default"/>.</summary>
    public EcrIdentity Identity
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = EcrIdentity.Default;

    /// <summary>
    /// Gets the token that the registry has just rejected, which a caching source then tries to replace. <see langword="null"/>, the default, accepts any
    /// token.
    /// </summary>
    public EcrToken? RejectedToken { get; init; }

    /// <summary>Returns the cache key in a scope. The key of the most recent scope is remembered, so that a hit allocates nothing.</summary>
    internal EcrTokenKey GetKey(object scope)
    {
        // Concurrent caches may overwrite each other's key. This is harmless: keys are immutable, and the scope is checked before use.
        var key = _key;
        return key is not null && key.Scope == scope ? key : _key = new EcrTokenKey(scope, Registry, Identity);
    }

    /// <summary>The same request, for another token than the rejected one.</summary>
    internal EcrTokenRequest Rejecting(EcrToken rejected) => new(Registry) { Identity = Identity, RejectedToken = rejected, _key = _key };
}

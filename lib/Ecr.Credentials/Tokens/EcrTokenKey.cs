using System.Runtime.CompilerServices;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tokens;

/// <summary>The cache key of a token: API endpoint and AWS identity. The account is not part of it, since a token is valid for a whole region.</summary>
/// <remarks>
/// The cache's source decides what an identity such as the default one resolves to. <see cref="Scope"/> therefore separates caches over different
/// sources: they may share a memory cache and never see each other's tokens.
/// </remarks>
internal sealed class EcrTokenKey(object scope, EcrRegistry registry, EcrIdentity identity) : IEquatable<EcrTokenKey>
{
    // These four determine EcrRegistry.ApiEndpoint. Comparing that instead would build the address for each comparison.
    private readonly string _region = registry.Region;
    private readonly bool _isPublic = registry.IsPublic;
    private readonly bool _isFips = registry.IsFips;
    private readonly bool _isDualStack = registry.IsDualStack;

    private readonly int _hashCode =
        HashCode.Combine(RuntimeHelpers.GetHashCode(scope), registry.Region, registry.IsPublic, registry.IsFips, registry.IsDualStack, identity);

    /// <summary>Identifies the cache that the key belongs to. Not the cache itself, so that a shared memory cache does not keep it alive.</summary>
    public object Scope { get; } = scope;

    public EcrIdentity Identity { get; } = identity;

    /// <summary>Whether this is a key of the registry's API endpoint, for any identity.</summary>
    public bool IsFor(EcrRegistry registry) =>
        _region == registry.Region && _isPublic == registry.IsPublic && _isFips == registry.IsFips && _isDualStack == registry.IsDualStack;

    public bool Equals(EcrTokenKey? other) =>
        (object)this == other
        || (other is not null
            && Scope == other.Scope
            && _isPublic == other._isPublic
            && _isFips == other._isFips
            && _isDualStack == other._isDualStack
            && _region == other._region
            && Identity.Equals(other.Identity));

    public override bool Equals(object? obj) => Equals(obj as EcrTokenKey);

    public override int GetHashCode() => _hashCode;
}

using System.Runtime.CompilerServices;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tokens;

/// <summary>What decides which token answers a request: the API endpoint and the AWS identity. The account does not: a token serves every registry of the region.</summary>
/// <remarks>
/// What an identity such as the default one stands for is the business of the cache's source, hence <see cref="Scope"/>: caches over different
/// sources may share one memory cache and never see each other's tokens.
/// </remarks>
internal sealed class EcrTokenKey(object scope, EcrRegistry registry, EcrIdentity identity) : IEquatable<EcrTokenKey>
{
    // These four make the endpoint (EcrRegistry.ApiEndpoint), whose address would have to be built for each comparison.
    private readonly string _region = registry.Region;
    private readonly bool _isPublic = registry.IsPublic;
    private readonly bool _isFips = registry.IsFips;
    private readonly bool _isDualStack = registry.IsDualStack;

    private readonly EcrIdentity _identity = identity;

    private readonly int _hashCode =
        HashCode.Combine(RuntimeHelpers.GetHashCode(scope), registry.Region, registry.IsPublic, registry.IsFips, registry.IsDualStack, identity);

    /// <summary>The cache that the key belongs to. Not the cache itself, which a memory cache would then keep alive after its end.</summary>
    public object Scope { get; } = scope;

    public bool Equals(EcrTokenKey? other) =>
        (object)this == other
        || (other is not null
            && Scope == other.Scope
            && _isPublic == other._isPublic
            && _isFips == other._isFips
            && _isDualStack == other._isDualStack
            && _region == other._region
            && _identity.Equals(other._identity));

    public override bool Equals(object? obj) => Equals(obj as EcrTokenKey);

    public override int GetHashCode() => _hashCode;
}

using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tokens;

/// <summary>Asks for a token.</summary>
/// <remarks>Immutable. One request may be used any number of times, by any number of threads.</remarks>
/// <param name="registry">The registry that the token is for.</param>
public sealed class EcrTokenRequest(EcrRegistry registry)
{
    private EcrTokenKey? _key;

    /// <summary>The registry that the token is for. It decides the region and the API; the token then serves every registry there that the AWS identity may read.</summary>
    public EcrRegistry Registry { get; } = registry ?? throw new ArgumentNullException(nameof(registry));

    /// <summary>The AWS identity that asks; <see cref="EcrIdentity.Default"/> by default.</summary>
    public EcrIdentity Identity
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = EcrIdentity.Default;

    /// <summary>
    /// A token that the registry has just refused, for which a source that keeps tokens gives another one; <see langword="null"/> by default, when any
    /// token will do.
    /// </summary>
    public EcrToken? RejectedToken { get; init; }

    /// <summary>The key under which the cache with this scope keeps the answer; remembered for the scope that asked last, so that a hit allocates nothing.</summary>
    internal EcrTokenKey GetKey(object scope)
    {
        // Caches that ask at once may each replace the key of the other. A key is immutable and each cache takes only one of its own scope.
        var key = _key;
        return key is not null && key.Scope == scope ? key : _key = new EcrTokenKey(scope, Registry, Identity);
    }

    /// <summary>The same request, for another token than the rejected one.</summary>
    internal EcrTokenRequest Rejecting(EcrToken rejected) => new(Registry) { Identity = Identity, RejectedToken = rejected, _key = _key };
}

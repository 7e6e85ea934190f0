using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tokens;

/// <summary>Asks for a token.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="registry">The registry that the token is for.</param>
public sealed class EcrTokenRequest(EcrRegistry registry)
{
    /// <summary>The registry that the token is for. It decides the region and the API; the token then serves every registry there that the AWS identity may read.</summary>
    public EcrRegistry Registry { get; } = registry ?? throw new ArgumentNullException(nameof(registry));

    /// <summary>
    /// A token that the registry has just refused, for which a source that keeps tokens gives another one; <see langword="null"/> by default, when any
    /// token will do.
    /// </summary>
    public EcrToken? RejectedToken { get; init; }
}

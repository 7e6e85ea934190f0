namespace Ecr.Credentials.Tokens;

/// <summary>Gives tokens for Amazon ECR registries.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface IEcrTokenSource
{
    /// <summary>Gives a token that has not expired.</summary>
    /// <param name="request">What the token is for.</param>
    /// <param name="cancellationToken">Ends the caller's wait.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">There is no token; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default);
}

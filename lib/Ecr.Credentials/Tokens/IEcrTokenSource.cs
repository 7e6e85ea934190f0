namespace Ecr.Credentials.Tokens;

/// <summary>A source of tokens for Amazon ECR registries.</summary>
/// <remarks>Implementations must be thread-safe.</remarks>
public interface IEcrTokenSource
{
    /// <summary>Gets a token that has not expired.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the caller's wait.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">No token could be obtained; see <see cref="EcrCredentialException.Reason"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default);
}

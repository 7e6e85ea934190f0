
namespace Ecr.Credentials.Tokens;

/// <summary>Creates token sources.</summary>
public static class EcrTokenSource
{
    /// <summary>Creates a token source from a delegate, such as one that calls an existing AWS SDK client.</summary>
    /// <remarks>
    /// <para>With AWSSDK.ECR, for the private registries of the client's region:</para>
    /// <code>
    /// var ecr = new AmazonECRClient(RegionEndpoint.EUWest1);
    /// var source = EcrTokenSource.FromDelegate(async (request, cancellationToken) =>
    /// {
    ///     var response = await ecr.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), cancellationToken);
    ///     var data = response.AuthorizationData[0];
    ///     return EcrToken.FromAuthorizationToken(data.AuthorizationToken, data.ExpiresAt);
    /// });
    /// </code>
    /// <para>
    /// <c>request.Registry</c> has the region, and says whether it is ECR Public, for which AWSSDK.ECRPublic has the same call. The delegate is called for
    /// every request; wrap the source in an <c>EcrTokenCache</c> to cache tokens.
    /// </para>
    /// </remarks>
    /// <param name="getToken">
    /// Gets a token. Must be thread-safe. Its exceptions are passed on to the caller of the source, so their messages must not contain secrets.
    /// </param>
    /// <returns>The token source.</returns>
    public static IEcrTokenSource FromDelegate(Func<EcrTokenRequest, CancellationToken, ValueTask<EcrToken>> getToken) =>
        new DelegateTokenSource(getToken ?? throw new ArgumentNullException(nameof(getToken)));

    private sealed class DelegateTokenSource(Func<EcrTokenRequest, CancellationToken, ValueTask<EcrToken>> getToken) : IEcrTokenSource
    {
        public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(request);

            return getToken(request, cancellationToken);
        }
    }
}

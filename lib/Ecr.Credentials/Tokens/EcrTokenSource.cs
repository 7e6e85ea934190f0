
namespace Ecr.Credentials.Tokens;

/// <summary>Makes sources of tokens.</summary>
public static class EcrTokenSource
{
    /// <summary>Makes a source of a function, such as a call with a client of the AWS SDK that the program already has.</summary>
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
    /// <c>request.Registry</c> tells the region that is wanted, and whether it is ECR Public, for which AWSSDK.ECRPublic has the same call. The function
    /// is called for every token; <c>EcrTokenCache</c> in front of the source keeps them.
    /// </para>
    /// </remarks>
    /// <param name="getToken">
    /// Gets a token. Called by several threads at once; whatever it throws reaches the caller of the source, so let no message hold a secret.
    /// </param>
    /// <returns>The source.</returns>
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

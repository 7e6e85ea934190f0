using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>
/// Requests new credentials for a session of <c>aws login</c>: a refresh of OAuth 2.0. The SDK derives the operation's name from this class.
/// </summary>
internal sealed class CreateOAuth2TokenRequest(string clientId, string refreshToken) : AmazonWebServiceRequest
{
    public string ClientId { get; } = clientId;

    public string RefreshToken { get; } = refreshToken;
}

using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Ecr;

/// <summary>Asks for a token; the caller's AWS identity is its only argument. The SDK takes the operation's name from this class.</summary>
internal sealed class GetAuthorizationTokenRequest(bool isPublic) : AmazonWebServiceRequest
{
    public bool IsPublic { get; } = isPublic;
}

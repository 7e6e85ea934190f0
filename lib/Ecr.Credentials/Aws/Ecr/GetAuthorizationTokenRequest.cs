using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Ecr;

/// <summary>Requests a token; the caller's AWS credentials are its only argument. The SDK derives the operation's name from this class.</summary>
internal sealed class GetAuthorizationTokenRequest(bool isPublic) : AmazonWebServiceRequest
{
    public bool IsPublic { get; } = isPublic;
}

using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Ecr.Credentials.Aws.Ecr;

/// <summary>Writes the call in AWS JSON 1.1, the protocol of both services.</summary>
internal sealed class GetAuthorizationTokenMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public static GetAuthorizationTokenMarshaller Instance { get; } = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var isPublic = ((GetAuthorizationTokenRequest)input).IsPublic;
        var request = new DefaultRequest(input, isPublic ? "Amazon.ECRPublic" : "Amazon.ECR")
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Content = "{}"u8.ToArray(),
        };
        request.Headers["Content-Type"] = "application/x-amz-json-1.1";
        request.Headers["X-Amz-Target"] = isPublic
            ? "SpencerFrontendService.GetAuthorizationToken"
            : "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
        return request;
    }
}

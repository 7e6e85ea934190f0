using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Sends requests to the endpoint of the configuration, which knows it without parameters.</summary>
internal sealed class FixedEndpointHandler : BaseEndpointResolver
{
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new();
}

using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Ecr.Credentials.Aws.Http;

namespace Ecr.Credentials.Aws.Ecr;

/// <summary>
/// The one operation of ECR and ECR Public that is needed, on the AWS SDK's pipeline: its signing, retries, error parsing and clock correction.
/// </summary>
/// <remarks>Shaped like AWSSDK.ECR's client, which can replace this directory.</remarks>
internal sealed class EcrServiceClient(AWSCredentials credentials, EcrServiceConfig config) : AmazonServiceClient(credentials, config)
{
    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata(config.ServiceId);

    public Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(GetAuthorizationTokenRequest request, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = GetAuthorizationTokenMarshaller.Instance,
            ResponseUnmarshaller = GetAuthorizationTokenUnmarshaller.Instance,
        };
        return InvokeAsync<GetAuthorizationTokenResponse>(request, options, cancellationToken);
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        // The order matters: the authentication handler must end up between marshaller and endpoint resolver.
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new FixedEndpointHandler());
        pipeline.AddHandlerAfter<Marshaller>(new SigV4Handler());
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(AwsRetryPolicy.Create(Config)));

        // Features that these services do not have, and events without subscribers. Each handler slows down a process that makes a single call.
        pipeline.RemoveHandler<CompressionHandler>();
        pipeline.RemoveHandler<ChecksumHandler>();
        pipeline.RemoveHandler<EndpointDiscoveryHandler>();
        pipeline.RemoveHandler<CallbackHandler>();
        pipeline.RemoveHandler<ErrorCallbackHandler>();
    }

    private sealed class Metadata(string serviceId) : IServiceMetadata
    {
        public string ServiceId { get; } = serviceId;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    private sealed class SigV4Handler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }
}

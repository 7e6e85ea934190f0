using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Ecr.Credentials.Aws.Http;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>The one operation of AWS Sign-In that is needed, on the AWS SDK's pipeline: its retries and error parsing.</summary>
/// <remarks>Shaped like AWSSDK.Signin's client, which can replace this directory.</remarks>
/// <param name="config">The configuration.</param>
/// <param name="key">The key of the session.</param>
/// <param name="timeProvider">The clock of proofs.</param>
internal sealed class SigninServiceClient(SigninServiceConfig config, DpopKey key, TimeProvider timeProvider)
    : AmazonServiceClient(new AnonymousAWSCredentials(), config)
{
    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    public Task<CreateOAuth2TokenResponse> CreateOAuth2TokenAsync(CreateOAuth2TokenRequest request, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = CreateOAuth2TokenMarshaller.Instance,
            ResponseUnmarshaller = CreateOAuth2TokenUnmarshaller.Instance,
        };
        return InvokeAsync<CreateOAuth2TokenResponse>(request, options, cancellationToken);
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        // The order matters: the authentication handler must end up between marshaller and endpoint resolver.
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new FixedEndpointHandler());
        pipeline.AddHandlerAfter<Marshaller>(new AnonymousHandler());
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(AwsRetryPolicy.Create(Config)));
        pipeline.AddHandlerAfter<RetryHandler>(new ProofHandler(config, key, timeProvider));
    }

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => "Signin";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    private sealed class AnonymousHandler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_NOAUTH;
    }

    /// <summary>Adds a proof to each attempt: a server accepts one only once.</summary>
    private sealed class ProofHandler(SigninServiceConfig config, DpopKey key, TimeProvider timeProvider) : PipelineHandler
    {
        public override void InvokeSync(IExecutionContext executionContext)
        {
            Prove(executionContext);
            base.InvokeSync(executionContext);
        }

        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            Prove(executionContext);
            return base.InvokeAsync<T>(executionContext);
        }

        private void Prove(IExecutionContext executionContext)
        {
            var request = executionContext.RequestContext.Request;
            var target = new Uri(config.Endpoint.AbsoluteUri.TrimEnd('/') + CreateOAuth2TokenMarshaller.Path);
            request.Headers["DPoP"] = key.CreateProof(request.HttpMethod, target, timeProvider.GetUtcNow());
        }
    }
}

using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Ecr.Credentials.Aws.Http;

/// <summary>The SDK's retry policy, extended by failures that only the documentation of the services names.</summary>
internal static class AwsRetryPolicy
{
    public static RetryPolicy Create(IClientConfig config)
    {
        RetryPolicy policy = config.RetryMode == RequestRetryMode.Adaptive ? new AdaptiveRetryPolicy(config) : new StandardRetryPolicy(config);

        // Both appear in ECR's user guide for throttled calls.
        policy.ThrottlingErrorCodes.Add("ThrottleException");
        policy.HttpStatusCodesToRetryOn.Add(HttpStatusCode.TooManyRequests);

        // STS could not reach the issuer of a token:
        // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors.
        policy.TimeoutErrorCodesToRetryOn.Add("IDPCommunicationError");
        return policy;
    }
}

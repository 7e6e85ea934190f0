using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using StsCredentials = Amazon.SecurityToken.Model.Credentials;

namespace Ecr.Credentials.Aws.Sts;

/// <summary>Assumes roles at STS, in the region and partition of the registry that is to be asked.</summary>
internal sealed class StsClient(HttpClientFactory httpClientFactory)
{
    /// <param name="source">Who assumes the role.</param>
    /// <param name="session">The role.</param>
    /// <param name="search">The search that the role is for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EcrCredentialException">STS refuses, does not answer, or is of another partition than the role.</exception>
    public Task<ResolvedCredentials> AssumeRoleAsync(
        ResolvedCredentials source, RoleSession session, CredentialLookup search, CancellationToken cancellationToken)
    {
        var request = new AssumeRoleRequest
        {
            RoleArn = session.Role.ToString(),
            RoleSessionName = session.Name,
            ExternalId = session.ExternalId,
        };
        return CallAsync(
            session,
            search,
            source.ToFixedCredentials(),
            config => new AwsCallDescription(
                GetEndpoint(config, request), config.RegionEndpoint.SystemName, "Allow this identity sts:AssumeRole on the role, and let the role trust it."),
            async client => (await client.AssumeRoleAsync(request, cancellationToken).ConfigureAwait(false)).Credentials,
            source.ToString(),
            cancellationToken);
    }

    /// <param name="token">The token of an identity provider that the role trusts.</param>
    /// <param name="tokenName">What the token is, such as <c>the service account's token</c>.</param>
    /// <param name="session">The role.</param>
    /// <param name="search">The search that the role is for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EcrCredentialException">STS refuses, does not answer, or is of another partition than the role.</exception>
    public Task<ResolvedCredentials> AssumeRoleWithWebIdentityAsync(
        string token, string tokenName, RoleSession session, CredentialLookup search, CancellationToken cancellationToken)
    {
        var request = new AssumeRoleWithWebIdentityRequest
        {
            RoleArn = session.Role.ToString(),
            RoleSessionName = session.Name,
            WebIdentityToken = token,
        };
        return CallAsync(
            session,
            search,
            new AnonymousAWSCredentials(),
            config => new AwsCallDescription(
                GetEndpoint(config, request),
                config.RegionEndpoint.SystemName,
                "Let the role's trust policy name the identity provider, the service account and the audience of the token.")
            {
                ExpiredMessage = $"AWS finds {tokenName} expired. Renew it; a token of the kubelet's is new, so look at the clocks.",
            },
            async client => (await client.AssumeRoleWithWebIdentityAsync(request, cancellationToken).ConfigureAwait(false)).Credentials,
            tokenName,
            cancellationToken);
    }

    private async Task<ResolvedCredentials> CallAsync(
        RoleSession session,
        CredentialLookup search,
        AWSCredentials credentials,
        Func<AmazonSecurityTokenServiceConfig, AwsCallDescription> describe,
        Func<AmazonSecurityTokenServiceClient, Task<StsCredentials>> send,
        string caller,
        CancellationToken cancellationToken)
    {
        CheckPartition(session.Role, search.Registry);
        var config = Configure(search.Registry);
        var call = describe(config);
        search.PendingStep = $"{call.Endpoint} had not answered yet; it was asked for the role {session.Role}.";
        try
        {
            using var client = new Client(credentials, config);
            var assumed = await send(client).ConfigureAwait(false);
            if (assumed is not { AccessKeyId: not null, SecretAccessKey: not null })
            {
                throw new InvalidDataException("There are no credentials in the answer.");
            }

            return new ResolvedCredentials(
                new ImmutableCredentials(assumed.AccessKeyId, assumed.SecretAccessKey, assumed.SessionToken), $"the role {session.Role}, assumed with {caller}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Explain(e, call) is { } failure)
        {
            throw new EcrCredentialException(failure.Reason, $"The role {session.Role} cannot be assumed with {caller}. {failure.Message}", e)
            {
                ErrorCode = failure.ErrorCode,
                RequestId = failure.RequestId,
            };
        }
    }

    private static void CheckPartition(AwsRoleArn role, EcrRegistry registry)
    {
        if (role.Partition != registry.Partition)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.InvalidConfiguration,
                $"The role {role} is of the partition \"{role.Partition}\", and the registry {registry} of \"{registry.Partition}\". "
                    + $"Name a role whose ARN begins with arn:{registry.Partition}:.");
        }
    }

    private AmazonSecurityTokenServiceConfig Configure(EcrRegistry registry)
    {
        var region = GetRegion(registry);
        return new AmazonSecurityTokenServiceConfig
        {
            RegionEndpoint = RegionEndpoint.GetBySystemName(region),
            AuthenticationRegion = region, // The SDK would sign for us-east-1 where an endpoint is configured.
            HttpClientFactory = httpClientFactory,
        }.PreferConfiguredEndpoint();
    }

    // ECR Public has one region for all the world; STS is also near.
    private static string GetRegion(EcrRegistry registry) =>
        registry.IsPublic && AwsDefaultRegion.Find() is { } near && AwsPartition.FromRegion(near)?.Name == registry.Partition
            ? near
            : registry.Region;

    private static Uri GetEndpoint(AmazonSecurityTokenServiceConfig config, AmazonWebServiceRequest request) =>
        new(config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(request)).URL);

    // The SDK's client would send a token that STS has refused two more times.
    private sealed class Client(AWSCredentials credentials, AmazonSecurityTokenServiceConfig config)
        : AmazonSecurityTokenServiceClient(credentials, config)
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(AwsRetryPolicy.Create(Config)));
        }
    }
}

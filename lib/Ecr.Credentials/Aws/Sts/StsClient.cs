using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using ILogger = Microsoft.Extensions.Logging.ILogger;
using StsCredentials = Amazon.SecurityToken.Model.Credentials;

namespace Ecr.Credentials.Aws.Sts;

/// <summary>Assumes roles at STS, and asks it who a caller is, in the region and partition of the registry that is called afterwards.</summary>
/// <param name="httpClientFactory">Creates the HTTP client.</param>
/// <param name="logger">Receives a line for each setting in effect.</param>
/// <param name="sessionName">The name of sessions that have no other one.</param>
internal sealed class StsClient(HttpClientFactory httpClientFactory, ILogger logger, string sessionName = StsClient.DefaultSessionName)
{
    public const string DefaultSessionName = "Ecr.Credentials";

    /// <param name="credentials">The credentials that assume the role.</param>
    /// <param name="caller">Describes these credentials, for messages.</param>
    /// <param name="session">The role.</param>
    /// <param name="registry">The registry that is called afterwards.</param>
    /// <param name="settings">The AWS settings.</param>
    /// <param name="progress">Records what is being waited for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="EcrCredentialException">STS refuses, does not answer, or is in another partition than the role.</exception>
    public async Task<ImmutableCredentials> AssumeRoleAsync(
        AWSCredentials credentials,
        string caller,
        RoleSession session,
        EcrRegistry registry,
        AwsSettings settings,
        CallProgress progress,
        CancellationToken cancellationToken)
    {
        var config = Configure(session, registry, settings);
        var request = new AssumeRoleRequest
        {
            RoleArn = session.Role.ToString(),
            RoleSessionName = session.Name ?? sessionName,
            DurationSeconds = session.DurationSeconds,
            ExternalId = session.ExternalId,
            Tags = ToTags(session.Tags),
        };
        var call = Describe(config, request, "Allow sts:AssumeRole on the role for these credentials, and let the role's trust policy allow them.");
        call = call with { Secrets = [(await credentials.GetCredentialsAsync().ConfigureAwait(false)).Token] };
        progress.WaitingFor = WaitingFor(call, session);
        try
        {
            using var client = new Client(credentials, config);
            var response = await client.AssumeRoleAsync(request, cancellationToken).ConfigureAwait(false);
            return Read(response.Credentials);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Translate(e, call) is { } failure)
        {
            throw failure.WithContext(CannotAssume(session, caller));
        }
    }

    /// <param name="token">A token of an identity provider that the role trusts.</param>
    /// <param name="tokenName">Describes the token, for messages, such as <c>the service account's token</c>.</param>
    /// <param name="session">The role.</param>
    /// <param name="registry">The registry that is called afterwards.</param>
    /// <param name="settings">The AWS settings.</param>
    /// <param name="progress">Records what is being waited for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="EcrCredentialException">STS refuses, does not answer, or is in another partition than the role.</exception>
    public async Task<ImmutableCredentials> AssumeRoleWithWebIdentityAsync(
        string token,
        string tokenName,
        RoleSession session,
        EcrRegistry registry,
        AwsSettings settings,
        CallProgress progress,
        CancellationToken cancellationToken)
    {
        var config = Configure(session, registry, settings);
        var request = new AssumeRoleWithWebIdentityRequest
        {
            RoleArn = session.Role.ToString(),
            RoleSessionName = session.Name ?? sessionName,
            DurationSeconds = session.DurationSeconds,
            WebIdentityToken = token,
        };
        var call = Describe(config, request, "The role's trust policy must allow this OIDC provider, service account (sub) and audience (aud).") with
        {
            Secrets = [token],
            ExpiredMessage = $"{tokenName} has expired. Use a new one, or check the system clock.",
        };
        progress.WaitingFor = WaitingFor(call, session);
        try
        {
            using var client = new Client(new AnonymousAWSCredentials(), config);
            var response = await client.AssumeRoleWithWebIdentityAsync(request, cancellationToken).ConfigureAwait(false);
            return Read(response.Credentials);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Translate(e, call) is { } failure)
        {
            throw failure.WithContext(CannotAssume(session, tokenName));
        }
    }

    /// <summary>Gets the ARN of the caller, for which no permission is required.</summary>
    /// <param name="credentials">The caller's credentials.</param>
    /// <param name="registry">The registry that is called afterwards.</param>
    /// <param name="settings">The AWS settings.</param>
    /// <param name="progress">Records what is being waited for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="EcrCredentialException">STS rejects the credentials, or does not answer.</exception>
    public async Task<string> GetCallerArnAsync(
        AWSCredentials credentials, EcrRegistry registry, AwsSettings settings, CallProgress progress, CancellationToken cancellationToken)
    {
        var config = Configure(registry, settings);
        var request = new GetCallerIdentityRequest();
        var call = Describe(config, request, "Allow sts:GetCallerIdentity in the policy of the VPC endpoint.");
        progress.WaitingFor = $"waiting for {MessageText.Address(call.Endpoint)}";
        try
        {
            using var client = new Client(credentials, config);
            var response = await client.GetCallerIdentityAsync(request, cancellationToken).ConfigureAwait(false);
            return response.Arn ?? throw new InvalidDataException("The response contains no ARN.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Translate(e, call) is { } failure)
        {
            throw failure;
        }
    }

    private AmazonSecurityTokenServiceConfig Configure(RoleSession session, EcrRegistry registry, AwsSettings settings)
    {
        if (session.Role.Partition != registry.Partition)
        {
            throw EcrCredentialException.InvalidConfiguration(
                $"the role {session.Role} is in partition \"{session.Role.Partition}\" but the registry {registry} is in \"{registry.Partition}\": "
                    + $"use a role whose ARN begins with \"arn:{registry.Partition}:\"");
        }

        return Configure(registry, settings);
    }

    private AmazonSecurityTokenServiceConfig Configure(EcrRegistry registry, AwsSettings settings)
    {
        settings.CheckStsEndpoints();
        var region = GetRegion(registry, settings);
        return new AmazonSecurityTokenServiceConfig
        {
            RegionEndpoint = RegionEndpoint.GetBySystemName(region),
            AuthenticationRegion = region, // With a configured endpoint the SDK would sign for us-east-1.
            HttpClientFactory = httpClientFactory,
        }.Apply(settings).ApplyEndpoint(settings, logger);
    }

    private static List<Tag>? ToTags(SessionTags? tags)
    {
        if (tags is null || tags.KeysAndValues.Count == 0)
        {
            return null;
        }

        var list = new List<Tag>();
        for (var i = 0; i < tags.KeysAndValues.Count; i += 2)
        {
            list.Add(new Tag { Key = tags.KeysAndValues[i], Value = tags.KeysAndValues[i + 1] });
        }

        return list;
    }

    // ECR Public has a single region; STS also exists in the caller's.
    private static string GetRegion(EcrRegistry registry, AwsSettings settings) =>
        registry.IsPublic && settings.Region is { } near && AwsPartition.FromRegion(near)?.Name == registry.Partition
            ? near
            : registry.Region;

    private static AwsCallDescription Describe(AmazonSecurityTokenServiceConfig config, AmazonWebServiceRequest request, string deniedAdvice) => new(
        new Uri(config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(request)).URL),
        config.RegionEndpoint.SystemName,
        deniedAdvice);

    private static string WaitingFor(AwsCallDescription call, RoleSession session) =>
        $"waiting for {MessageText.Address(call.Endpoint)} to assume the role {session.Role}";

    private static string CannotAssume(RoleSession session, string caller) => $"cannot assume the role {session.Role} with {caller}";

    private static ImmutableCredentials Read(StsCredentials? credentials) =>
        credentials is { AccessKeyId.Length: > 0, SecretAccessKey.Length: > 0 }
            ? new ImmutableCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken)
            : throw new InvalidDataException("The response contains no credentials.");

    // The SDK's client would send a token that STS has rejected two more times.
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

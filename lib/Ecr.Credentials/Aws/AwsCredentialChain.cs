using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;

namespace Ecr.Credentials.Aws;

/// <summary>Finds the AWS identity of this process with the SDK's default chain: environment, profile files, container and instance metadata.</summary>
internal sealed class AwsCredentialChain : IDisposable
{
    private readonly DefaultAWSCredentialsIdentityResolver _resolver = new();

    /// <summary>The credentials as they are now, so that signing never goes looking for them again.</summary>
    public async Task<ImmutableCredentials> GetCredentialsAsync(IClientConfig config, CancellationToken cancellationToken)
    {
        try
        {
            var credentials = await _resolver.ResolveIdentityAsync(config, cancellationToken).ConfigureAwait(false);
            return await credentials.GetCredentialsAsync().ConfigureAwait(false);
        }
        catch (ProfileNotFoundException e)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.InvalidConfiguration,
                $"The AWS profile {MessageText.Quote(DefaultAWSCredentialsIdentityResolver.GetProfileName())} does not exist. "
                    + "Correct AWS_PROFILE, or the files that AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name.",
                e);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or InvalidOperationException or HttpRequestException)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.NoAwsCredentials,
                $"No AWS credentials were found in the environment, in profile files or from {DescribeMetadata()}. "
                    + "Give the node an instance profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the provider's env.",
                e);
        }
    }

    public void Dispose() => _resolver.Dispose();

    private static string DescribeMetadata() =>
        Amazon.Util.EC2InstanceMetadata.IsIMDSEnabled
            ? "the instance metadata service"
            : "the instance metadata service, which AWS_EC2_METADATA_DISABLED switches off";
}

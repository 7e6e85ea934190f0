using Amazon.Runtime;
using Ecr.Credentials.Aws.Identities.Profiles;
using Microsoft.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Identities;

/// <summary>Gets the credentials of an identity.</summary>
/// <param name="defaultChain">Where the default identity may be, in the order of every AWS SDK.</param>
/// <param name="profiles">The profiles of AWS's files.</param>
/// <param name="sts">Assumes roles.</param>
internal sealed class IdentityFinder(IReadOnlyList<IIdentitySource> defaultChain, ProfileCredentials profiles, StsClient sts)
{
    /// <exception cref="EcrCredentialException">There are no credentials, or they cannot be got.</exception>
    public async Task<AwsIdentity> FindAsync(EcrIdentity identity, IdentitySearch search, CancellationToken cancellationToken)
    {
        var found = identity.Value switch
        {
            EcrIdentity.ProfileChoice profile => await profiles.GetAsync(profile.Name, search, cancellationToken).ConfigureAwait(false),
            EcrIdentity.RoleChoice role => await AssumeAsync(role, search, cancellationToken).ConfigureAwait(false),
            EcrIdentity.WebIdentityChoice web => await AssumeAsync(web, search, cancellationToken).ConfigureAwait(false),
            EcrIdentity.CredentialsChoice own => await GetOwnAsync(own.Credentials).ConfigureAwait(false),
            _ => await FindDefaultAsync(search, cancellationToken).ConfigureAwait(false),
        };
        Log.Found(search.Logger, found);
        return found;
    }

    private async Task<AwsIdentity> FindDefaultAsync(IdentitySearch search, CancellationToken cancellationToken)
    {
        foreach (var source in defaultChain)
        {
            if (await source.FindAsync(search, cancellationToken).ConfigureAwait(false) is { } identity)
            {
                Log.Missed(search.Logger, search);
                return identity;
            }
        }

        throw new EcrCredentialException(
            EcrCredentialErrorReason.NoAwsCredentials,
            $"No AWS credentials were found: {string.Join("; ", search.Misses)}. "
                + "Give the node an instance profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the provider's env.");
    }

    private async Task<AwsIdentity> AssumeAsync(EcrIdentity.RoleChoice role, IdentitySearch search, CancellationToken cancellationToken)
    {
        var source = await FindDefaultAsync(search, cancellationToken).ConfigureAwait(false);
        return await sts.AssumeRoleAsync(source, new RoleSession(role.Arn, ExternalId: role.ExternalId), search, cancellationToken).ConfigureAwait(false);
    }

    private Task<AwsIdentity> AssumeAsync(EcrIdentity.WebIdentityChoice web, IdentitySearch search, CancellationToken cancellationToken) =>
        sts.AssumeRoleWithWebIdentityAsync(web.Token, "the service account's token", new RoleSession(web.Arn), search, cancellationToken);

    private static async Task<AwsIdentity> GetOwnAsync(AWSCredentials credentials)
    {
        try
        {
            return new AwsIdentity(await credentials.GetCredentialsAsync().ConfigureAwait(false), "the caller");
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or InvalidOperationException or HttpRequestException or IOException)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.NoAwsCredentials,
                $"The caller's AWS credentials cannot be got: {MessageText.OneLine(e.Message)}",
                e);
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, AwsIdentity, Exception?> FoundMessage = LoggerMessage.Define<AwsIdentity>(
            LogLevel.Debug, new EventId(1, nameof(Found)), "Asking with {Identity}");

        private static readonly Action<ILogger, string, Exception?> MissedMessage = LoggerMessage.Define<string>(
            LogLevel.Debug, new EventId(2, nameof(Missed)), "No AWS credentials elsewhere: {Misses}");

        public static void Found(ILogger logger, AwsIdentity identity) => FoundMessage(logger, identity, null);

        public static void Missed(ILogger logger, IdentitySearch search)
        {
            if (search.Misses.Count > 0 && logger.IsEnabled(LogLevel.Debug))
            {
                MissedMessage(logger, string.Join("; ", search.Misses), null);
            }
        }
    }
}

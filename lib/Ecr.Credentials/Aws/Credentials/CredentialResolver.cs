using Amazon.Runtime;
using Ecr.Credentials.Aws.Credentials.Profiles;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>Gets the credentials of an identity.</summary>
/// <param name="defaultChain">Where the default identity may be, in the order of every AWS SDK.</param>
/// <param name="profiles">The profiles of AWS's files.</param>
/// <param name="sts">Assumes roles.</param>
internal sealed class CredentialResolver(IReadOnlyList<ICredentialSource> defaultChain, ProfileCredentials profiles, StsClient sts)
{
    /// <exception cref="EcrCredentialException">There are no credentials, or they cannot be got.</exception>
    public async Task<ResolvedCredentials> FindAsync(EcrIdentity identity, CredentialLookup search, CancellationToken cancellationToken)
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

    private async Task<ResolvedCredentials> FindDefaultAsync(CredentialLookup search, CancellationToken cancellationToken)
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

    private async Task<ResolvedCredentials> AssumeAsync(EcrIdentity.RoleChoice role, CredentialLookup search, CancellationToken cancellationToken)
    {
        var source = await FindDefaultAsync(search, cancellationToken).ConfigureAwait(false);
        return await sts.AssumeRoleAsync(source, new RoleSession(role.Arn, ExternalId: role.ExternalId), search, cancellationToken).ConfigureAwait(false);
    }

    private Task<ResolvedCredentials> AssumeAsync(EcrIdentity.WebIdentityChoice web, CredentialLookup search, CancellationToken cancellationToken) =>
        sts.AssumeRoleWithWebIdentityAsync(web.Token, "the service account's token", new RoleSession(web.Arn), search, cancellationToken);

    private static async Task<ResolvedCredentials> GetOwnAsync(AWSCredentials credentials)
    {
        try
        {
            return new ResolvedCredentials(await credentials.GetCredentialsAsync().ConfigureAwait(false), "the caller");
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
        private static readonly Action<ILogger, ResolvedCredentials, Exception?> FoundMessage = LoggerMessage.Define<ResolvedCredentials>(
            LogLevel.Debug, new EventId(1, nameof(Found)), "Asking with {Identity}");

        private static readonly Action<ILogger, string, Exception?> MissedMessage = LoggerMessage.Define<string>(
            LogLevel.Debug, new EventId(2, nameof(Missed)), "No AWS credentials elsewhere: {Misses}");

        public static void Found(ILogger logger, ResolvedCredentials identity) => FoundMessage(logger, identity, null);

        public static void Missed(ILogger logger, CredentialLookup search)
        {
            if (search.Misses.Count > 0 && logger.IsEnabled(LogLevel.Debug))
            {
                MissedMessage(logger, string.Join("; ", search.Misses), null);
            }
        }
    }
}

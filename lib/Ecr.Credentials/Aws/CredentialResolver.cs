using Amazon.Runtime;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Credentials.Profiles;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws;

/// <summary>Resolves the credentials of an identity.</summary>
/// <param name="defaultChain">The sources of the default identity, in the order of every AWS SDK.</param>
/// <param name="profiles">The profiles of the shared config and credentials files.</param>
/// <param name="sts">Assumes roles.</param>
internal sealed class CredentialResolver(IReadOnlyList<ICredentialSource> defaultChain, ProfileCredentials profiles, StsClient sts)
{
    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <param name="httpClientFactory">Calls AWS.</param>
    /// <param name="metadataHttpClient">Calls the services of the machine itself.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Receives the settings in effect.</param>
    /// <param name="roleSessionName">The name of sessions that have no other one.</param>
    public static CredentialResolver Create(
        Func<string, string?> environment,
        AwsHttpClientFactory httpClientFactory,
        MetadataHttpClient metadataHttpClient,
        TimeProvider timeProvider,
        ILogger logger,
        string roleSessionName = StsClient.DefaultSessionName)
    {
        var sts = new StsClient(httpClientFactory, logger, roleSessionName);
        var variables = new EnvironmentCredentials(environment);
        var webIdentity = new WebIdentityCredentials(environment, sts);
        var container = new ContainerCredentials(environment, metadataHttpClient);
        var instanceMetadata = new InstanceMetadataCredentials(environment, metadataHttpClient);
        var profiles = new ProfileCredentials(
            sts,
            webIdentity,
            new SsoCredentials(httpClientFactory, environment, timeProvider),
            new ProcessCredentials(timeProvider),
            new LoginCredentials(httpClientFactory, environment, timeProvider),
            environment,
            variables,
            instanceMetadata,
            container);
        return new CredentialResolver([variables, webIdentity, profiles, container, instanceMetadata], profiles, sts);
    }

    /// <exception cref="EcrCredentialException">No source is configured, or the configured one cannot provide credentials.</exception>
    public async Task<ResolvedCredentials> ResolveAsync(EcrIdentity identity, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var resolved = await FindAsync(identity, lookup, cancellationToken).ConfigureAwait(false);
        Log.CredentialsFound(lookup.Logger, resolved);
        return resolved;
    }

    private Task<ResolvedCredentials> FindAsync(EcrIdentity identity, CredentialLookup lookup, CancellationToken cancellationToken) =>
        identity.Value switch
        {
            EcrIdentity.ProfileChoice profile => profiles.GetAsync(profile.Name, lookup, cancellationToken),
            EcrIdentity.RoleChoice role => AssumeAsync(role, lookup, cancellationToken),
            EcrIdentity.WebIdentityChoice web => AssumeAsync(web, lookup, cancellationToken),
            EcrIdentity.CredentialsChoice supplied => GetSuppliedAsync(supplied.Credentials, "the caller", cancellationToken),
            EcrIdentity.KeyedCredentialsChoice supplied =>
                GetSuppliedAsync(supplied.Credentials, $"the caller for {MessageText.Quote(supplied.Key)}", cancellationToken),
            _ => ResolveDefaultAsync(lookup, cancellationToken),
        };

    private async Task<ResolvedCredentials> ResolveDefaultAsync(CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var reasons = new List<string>(defaultChain.Count);
        foreach (var source in defaultChain)
        {
            var result = await source.FindAsync(lookup, cancellationToken).ConfigureAwait(false);
            if (result.IsFound)
            {
                Log.CredentialsNotFound(lookup.Logger, reasons);
                return result.Credentials;
            }

            reasons.Add(result.NotFoundReason);
        }

        throw new EcrCredentialException(
            EcrCredentialErrorReason.NoAwsCredentials,
            $"no AWS credentials found: {string.Join("; ", reasons)}. Attach an instance profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
    }

    private async Task<ResolvedCredentials> AssumeAsync(EcrIdentity.RoleChoice role, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var source = await FindAsync(role.Source, lookup, cancellationToken).ConfigureAwait(false);
        int? duration = role.DurationSeconds == 0 ? null : role.DurationSeconds;
        var session = new RoleSession(role.Arn, role.SessionName, role.ExternalId, duration, role.Tags);
        return await source.AssumeRoleAsync(sts, session, lookup, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ResolvedCredentials> AssumeAsync(EcrIdentity.WebIdentityChoice web, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var credentials = await sts.AssumeRoleWithWebIdentityAsync(
            web.Token, web.TokenName, new RoleSession(web.Arn), lookup.Registry, lookup.Settings, lookup.Progress, cancellationToken).ConfigureAwait(false);
        return new ResolvedCredentials(credentials, $"the role {web.Arn}, assumed with {web.TokenName}");
    }

    private static async Task<ResolvedCredentials> GetSuppliedAsync(AWSCredentials credentials, string origin, CancellationToken cancellationToken)
    {
        try
        {
            return new ResolvedCredentials(await credentials.GetCredentialsAsync().ConfigureAwait(false), origin);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.NoAwsCredentials,
                $"could not obtain the supplied AWS credentials: {MessageText.OneLine(e.Message)}",
                e);
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, ResolvedCredentials, Exception?> CredentialsFoundMessage = LoggerMessage.Define<ResolvedCredentials>(
            LogLevel.Debug, LogEvents.CredentialsFound, "Using {Credentials}");

        private static readonly Action<ILogger, string, Exception?> CredentialsNotFoundMessage = LoggerMessage.Define<string>(
            LogLevel.Debug, LogEvents.CredentialsNotFound, "Earlier credential sources: {Reasons}");

        public static void CredentialsFound(ILogger logger, ResolvedCredentials credentials) => CredentialsFoundMessage(logger, credentials, null);

        public static void CredentialsNotFound(ILogger logger, List<string> reasons)
        {
            if (reasons.Count > 0 && logger.IsEnabled(LogLevel.Debug))
            {
                CredentialsNotFoundMessage(logger, string.Join("; ", reasons), null);
            }
        }
    }
}

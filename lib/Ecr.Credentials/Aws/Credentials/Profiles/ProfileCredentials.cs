using System.Globalization;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>Credentials that a profile of the shared config and credentials files contains or refers to.</summary>
/// <remarks>
/// For a profile with several sources, the order is that of the Go SDK: a role is assumed if there is a <c>role_arn</c>; otherwise access keys, then an
/// SSO session, then a command, then a sign-in by <c>aws login</c>. Other settings are ignored.
/// </remarks>
/// <param name="sts">Assumes roles.</param>
/// <param name="webIdentity">Assumes roles with a token in a file.</param>
/// <param name="sso">Gets the credentials of an SSO session.</param>
/// <param name="process">Runs commands that print credentials.</param>
/// <param name="login">Gets the credentials of a sign-in by <c>aws login</c>.</param>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="environmentCredentials">The <c>credential_source</c> <c>Environment</c>.</param>
/// <param name="instanceMetadata">The <c>credential_source</c> <c>Ec2InstanceMetadata</c>.</param>
/// <param name="container">The <c>credential_source</c> <c>EcsContainer</c>.</param>
internal sealed class ProfileCredentials(
    StsClient sts,
    WebIdentityCredentials webIdentity,
    SsoCredentials sso,
    ProcessCredentials process,
    LoginCredentials login,
    Func<string, string?> environment,
    ICredentialSource environmentCredentials,
    ICredentialSource instanceMetadata,
    ICredentialSource container) : ICredentialSource
{
    private StsClient Sts => sts;

    private WebIdentityCredentials WebIdentity => webIdentity;

    private SsoCredentials Sso => sso;

    private ProcessCredentials Process => process;

    private LoginCredentials Login => login;

    private string? SessionName => environment("AWS_ROLE_SESSION_NAME");

    private ICredentialSource EnvironmentCredentials => environmentCredentials;

    private ICredentialSource InstanceMetadata => instanceMetadata;

    private ICredentialSource Container => container;

    /// <inheritdoc/>
    public async Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var files = lookup.Settings.Files;
        if (files.Find(files.CurrentProfile) is { } profile)
        {
            return await new Resolution(this, files, lookup, cancellationToken).FindAsync(profile).ConfigureAwait(false) is { } credentials
                ? CredentialResult.Found(credentials)
                : CredentialResult.NotFound($"{profile} contains no credentials{profile.Remark}");
        }

        return files.CurrentProfileVariable is not { } variable || files.CurrentProfile == SharedConfig.DefaultProfile
            ? CredentialResult.NotFound($"there is no profile \"{SharedConfig.DefaultProfile}\" in {files}")
            : throw NotFound(files.CurrentProfile, $"correct {variable}, or add the profile to {files}");
    }

    /// <summary>Gets the credentials of a named profile.</summary>
    /// <param name="name">The name.</param>
    /// <param name="lookup">What the credentials are for.</param>
    /// <param name="cancellationToken">Cancels the lookup.</param>
    /// <exception cref="EcrCredentialException">The profile does not exist, or cannot provide credentials.</exception>
    public async Task<ResolvedCredentials> GetAsync(string name, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var files = lookup.Settings.Files;
        var profile = files.Find(name) ?? throw NotFound(name, $"correct the name, or add the profile to {files}");
        return await new Resolution(this, files, lookup, cancellationToken).FindAsync(profile).ConfigureAwait(false)
            ?? throw Invalid($"{profile} contains no credentials: add access keys, a role or another source to it in {files}{profile.Remark}");
    }

    private static EcrCredentialException NotFound(string name, string advice) =>
        Invalid($"the AWS profile {MessageText.Quote(name)} does not exist: {advice}");

    private static EcrCredentialException Invalid(string message) => EcrCredentialException.InvalidConfiguration(message);

    /// <summary>The way from one profile to its credentials, possibly through other profiles.</summary>
    private sealed class Resolution(ProfileCredentials owner, SharedConfig files, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        private readonly List<string> _assumedFrom = [];

        /// <returns>The credentials; <see langword="null"/> if the profile has no setting about credentials.</returns>
        public async Task<ResolvedCredentials?> FindAsync(ConfigSection profile) =>
            profile["role_arn"] is { } role
                ? await AssumeAsync(profile, role).ConfigureAwait(false)
                : await FindWithoutRoleAsync(profile).ConfigureAwait(false) ?? CheckRoleIsNotMissing(profile);

        private async Task<ResolvedCredentials> AssumeAsync(ConfigSection profile, string role)
        {
            var setting = $"role_arn of {profile}";
            var sessionName = profile["role_session_name"] ?? owner.SessionName;
            if (profile.Find("web_identity_token_file") is { } tokenFile)
            {
                return await owner.WebIdentity.AssumeAsync(tokenFile, role, sessionName, setting, lookup, cancellationToken).ConfigureAwait(false);
            }

            if (profile["mfa_serial"] is not null)
            {
                throw Invalid($"{profile} requires MFA (mfa_serial), which a non-interactive program cannot provide. Use another profile.");
            }

            var session = new RoleSession(AwsRoleArn.ParseSetting(setting, role), sessionName, profile["external_id"], GetDuration(profile));
            _assumedFrom.Add(profile.Name);
            var source = await GetSourceAsync(profile).ConfigureAwait(false);
            return await source.AssumeRoleAsync(owner.Sts, session, lookup, cancellationToken).ConfigureAwait(false);
        }

        private Task<ResolvedCredentials> GetSourceAsync(ConfigSection profile) => (profile["source_profile"], profile["credential_source"]) switch
        {
            ({ } name, null) => GetSourceProfileAsync(profile, name),
            (null, { } source) => GetFromSourceAsync(profile, source),
            (null, null) => GetFromSameProfileAsync(profile),
            _ => throw Invalid($"{profile} has both source_profile and credential_source: remove one of them"),
        };

        private async Task<ResolvedCredentials> GetSourceProfileAsync(ConfigSection profile, string name)
        {
            var source = files.Find(name)
                ?? throw Invalid(
                    $"the AWS profile {MessageText.Quote(name)}, the source_profile of {profile}, does not exist: "
                        + $"correct the name, or add the profile to {files}");

            // A profile may name itself for its own access keys: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
            var keys = FindKeys(source);
            if (_assumedFrom.Contains(name) && (keys is null || name != profile.Name))
            {
                var cycle = string.Join(" -> ", [.. _assumedFrom.Select(Quote), Quote(name)]);
                throw Invalid($"the source_profile settings of {profile} form a cycle: {cycle}. Break the circle: one profile must contain credentials.");
            }

            if (keys is not null)
            {
                return keys;
            }

            return await FindAsync(source).ConfigureAwait(false)
                ?? throw Invalid($"{source}, the source_profile of {profile}, contains no credentials: add access keys, a role or another source to it");
        }

        private async Task<ResolvedCredentials> GetFromSourceAsync(ConfigSection profile, string name)
        {
            var source = name switch
            {
                "Environment" => owner.EnvironmentCredentials,
                "Ec2InstanceMetadata" => owner.InstanceMetadata,
                "EcsContainer" => owner.Container,
                _ => throw Invalid(
                    $"invalid credential_source {MessageText.Quote(name)} of {profile}: expected Environment, Ec2InstanceMetadata or EcsContainer"),
            };
            var result = await source.FindAsync(lookup, cancellationToken).ConfigureAwait(false);
            return result.IsFound
                ? result.Credentials
                : throw new EcrCredentialException(
                    EcrCredentialErrorReason.NoAwsCredentials,
                    $"the credential_source {name} of {profile} has no credentials: {result.NotFoundReason}. Provide them, or use another credential_source.");
        }

        private async Task<ResolvedCredentials> GetFromSameProfileAsync(ConfigSection profile) =>
            await FindWithoutRoleAsync(profile).ConfigureAwait(false)
                ?? throw Invalid($"{profile} has a role_arn but no source credentials: add source_profile or credential_source");

        private async Task<ResolvedCredentials?> FindWithoutRoleAsync(ConfigSection profile)
        {
            if (FindKeys(profile) is { } keys)
            {
                return keys;
            }

            if (SsoSettings.Find(profile, files) is { } settings)
            {
                return await owner.Sso.GetAsync(settings, lookup, cancellationToken).ConfigureAwait(false);
            }

            if (profile.CredentialProcess is { } command)
            {
                return await owner.Process.GetAsync(command, profile, lookup, cancellationToken).ConfigureAwait(false);
            }

            return profile["login_session"] is { } session
                ? await owner.Login.GetAsync(session, profile, lookup, cancellationToken).ConfigureAwait(false)
                : null;
        }

        private static ResolvedCredentials? FindKeys(ConfigSection profile) =>
            (profile[ProfileSettings.AccessKeyId], profile[ProfileSettings.SecretAccessKey]) switch
            {
                ({ } accessKey, { } secretKey) =>
                    new ResolvedCredentials(
                        new ImmutableCredentials(accessKey, secretKey, profile[ProfileSettings.SessionToken] ?? profile[ProfileSettings.SecurityToken]),
                        profile.ToString(),
                        isConfigured: true),
                (null, null) => null,
                (null, _) => throw Invalid($"{profile} has an aws_secret_access_key but no aws_access_key_id: add it{profile.Remark}"),
                _ => throw Invalid($"{profile} has an aws_access_key_id but no aws_secret_access_key: add it{profile.Remark}"),
            };

        // The limits are those of STS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
        private static int? GetDuration(ConfigSection profile) => profile.Find("duration_seconds") switch
        {
            null => null,
            { Value: var text } when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 900 and <= 43200 =>
                seconds,
            var setting => throw setting.Invalid("a number of seconds from 900 to 43200"),
        };

        private static ResolvedCredentials? CheckRoleIsNotMissing(ConfigSection profile)
        {
            foreach (var setting in (string[])["source_profile", "credential_source", "web_identity_token_file"])
            {
                if (profile[setting] is not null)
                {
                    throw Invalid($"{profile} has a {setting} but no role_arn: add it");
                }
            }

            return null;
        }

        private static string Quote(string name) => MessageText.Quote(name);
    }
}

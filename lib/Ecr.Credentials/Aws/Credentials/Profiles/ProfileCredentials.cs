using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>Credentials that a profile of the shared files holds, or says how to get.</summary>
/// <remarks>
/// Where a profile could be understood in several ways, the order is that of the Go SDK: a role is assumed if there is a <c>role_arn</c>; otherwise
/// keys come first, then a sign-in, then a command. Other settings do not matter.
/// </remarks>
/// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
/// <param name="sts">Assumes roles.</param>
/// <param name="webIdentity">Assumes roles with a token in a file.</param>
/// <param name="sso">Takes roles for which somebody has signed in.</param>
/// <param name="process">Runs commands that print credentials.</param>
/// <param name="environmentKeys">What a profile calls <c>Environment</c>.</param>
/// <param name="instanceMetadata">What a profile calls <c>Ec2InstanceMetadata</c>.</param>
/// <param name="container">What a profile calls <c>EcsContainer</c>.</param>
internal sealed class ProfileCredentials(
    Func<string, string?> environment,
    StsClient sts,
    WebIdentityCredentials webIdentity,
    SsoCredentials sso,
    ProcessCredentials process,
    ICredentialSource environmentKeys,
    ICredentialSource instanceMetadata,
    ICredentialSource container) : ICredentialSource
{
    private readonly StsClient _sts = sts;
    private readonly WebIdentityCredentials _webIdentity = webIdentity;
    private readonly SsoCredentials _sso = sso;
    private readonly ProcessCredentials _process = process;
    private readonly ICredentialSource _environmentKeys = environmentKeys;
    private readonly ICredentialSource _instanceMetadata = instanceMetadata;
    private readonly ICredentialSource _container = container;

    /// <inheritdoc/>
    public async Task<ResolvedCredentials?> FindAsync(CredentialLookup search, CancellationToken cancellationToken)
    {
        var files = SharedConfig.Read(environment);
        if (files.Find(files.CurrentProfile) is { } profile)
        {
            var identity = await new Resolution(this, files, search, cancellationToken).FindAsync(profile).ConfigureAwait(false);
            if (identity is null)
            {
                search.Miss($"{profile} holds no credentials");
            }

            return identity;
        }

        if (files.CurrentProfile != SharedConfig.DefaultProfile)
        {
            throw DoesNotExist(files.CurrentProfile, $"Correct {SharedConfig.ProfileVariable}, or add the profile to {files}.");
        }

        search.Miss($"there is no profile \"{SharedConfig.DefaultProfile}\" in {files}");
        return null;
    }

    /// <summary>Gets the credentials of a profile that was asked for by its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="search">The search that the credentials are for.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="EcrCredentialException">There is no such profile, or its credentials cannot be got.</exception>
    public async Task<ResolvedCredentials> GetAsync(string name, CredentialLookup search, CancellationToken cancellationToken)
    {
        var files = SharedConfig.Read(environment);
        var profile = files.Find(name) ?? throw DoesNotExist(name, $"Correct the name, or add the profile to {files}.");
        return await new Resolution(this, files, search, cancellationToken).FindAsync(profile).ConfigureAwait(false)
            ?? throw Misconfigured($"There are no credentials in {profile}. Add keys, a role or another source to it in {files}.");
    }

    private static EcrCredentialException DoesNotExist(string name, string advice) =>
        Misconfigured($"The AWS profile {MessageText.Quote(name)} does not exist. {advice}");

    private static EcrCredentialException Misconfigured(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, message, cause);

    /// <summary>The way from one profile to its credentials, which may lead over other profiles.</summary>
    private sealed class Resolution(ProfileCredentials owner, SharedConfig files, CredentialLookup search, CancellationToken cancellationToken)
    {
        private readonly List<string> _assumedFrom = [];

        /// <returns>The credentials; <see langword="null"/> if the profile has no setting that is about credentials.</returns>
        public async Task<ResolvedCredentials?> FindAsync(ConfigSection profile) =>
            profile["role_arn"] is { } role
                ? await AssumeAsync(profile, role).ConfigureAwait(false)
                : await FindWithoutRoleAsync(profile).ConfigureAwait(false) ?? CheckRoleIsNotMissing(profile);

        private async Task<ResolvedCredentials> AssumeAsync(ConfigSection profile, string role)
        {
            var setting = $"The role_arn of {profile}";
            var sessionName = profile["role_session_name"];
            if (profile["web_identity_token_file"] is { } tokenFile)
            {
                return await owner._webIdentity.AssumeAsync(tokenFile, role, sessionName, setting, search, cancellationToken).ConfigureAwait(false);
            }

            if (profile["mfa_serial"] is not null)
            {
                throw Misconfigured($"The role of {profile} wants a code of an MFA device (mfa_serial), and nobody can type one here. Name another profile.");
            }

            var session = new RoleSession(AwsRoleArn.ParseSetting(setting, role), sessionName, profile["external_id"]);
            _assumedFrom.Add(profile.Name);
            var source = await GetSourceAsync(profile).ConfigureAwait(false);
            return await owner._sts.AssumeRoleAsync(source, session, search, cancellationToken).ConfigureAwait(false);
        }

        private Task<ResolvedCredentials> GetSourceAsync(ConfigSection profile) => (profile["source_profile"], profile["credential_source"]) switch
        {
            ({ } name, null) => GetSourceProfileAsync(profile, name),
            (null, { } place) => GetFromPlaceAsync(profile, place),
            (null, null) => GetOwnAsync(profile),
            _ => throw Misconfigured($"There are both source_profile and credential_source in {profile}. Take one of them away."),
        };

        private async Task<ResolvedCredentials> GetSourceProfileAsync(ConfigSection profile, string name)
        {
            var source = files.Find(name)
                ?? throw Misconfigured($"The AWS profile {MessageText.Quote(name)}, which {profile} names as its source_profile, does not exist. Correct the name, or add the profile to {files}.");

            // Keys end the way, also those of a profile that names itself: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
            if (FindKeys(source) is { } keys)
            {
                return keys;
            }

            if (_assumedFrom.Contains(name))
            {
                throw Misconfigured(
                    $"The source_profile of {profile} leads in a circle: {string.Join(" -> ", [.. _assumedFrom.Select(Quote), Quote(name)])}. Let one of them hold credentials.");
            }

            return await FindAsync(source).ConfigureAwait(false)
                ?? throw Misconfigured($"There are no credentials in {source}, which {profile} names as its source_profile. Add keys, a role or another source to it.");
        }

        private async Task<ResolvedCredentials> GetFromPlaceAsync(ConfigSection profile, string place)
        {
            var source = place switch
            {
                "Environment" => owner._environmentKeys,
                "Ec2InstanceMetadata" => owner._instanceMetadata,
                "EcsContainer" => owner._container,
                _ => throw Misconfigured(
                    $"The credential_source of {profile} is {MessageText.Quote(place)}. Write Environment, Ec2InstanceMetadata or EcsContainer."),
            };
            var missesBefore = search.Misses.Count;
            return await source.FindAsync(search, cancellationToken).ConfigureAwait(false)
                ?? throw new EcrCredentialException(
                    EcrCredentialErrorReason.NoAwsCredentials,
                    $"There are no credentials in the credential_source {place} of {profile}: {string.Join(", ", search.Misses.Skip(missesBefore))}. "
                        + "Put credentials there, or name another credential_source.");
        }

        private async Task<ResolvedCredentials> GetOwnAsync(ConfigSection profile) =>
            await FindWithoutRoleAsync(profile).ConfigureAwait(false)
                ?? throw Misconfigured($"There is a role_arn in {profile}, and nobody to assume it. Add source_profile or credential_source.");

        private async Task<ResolvedCredentials?> FindWithoutRoleAsync(ConfigSection profile)
        {
            if (FindKeys(profile) is { } keys)
            {
                return keys;
            }

            if (SsoSettings.Find(profile, files) is { } signIn)
            {
                return await owner._sso.GetAsync(signIn, search, cancellationToken).ConfigureAwait(false);
            }

            if (profile["login_session"] is not null)
            {
                throw Misconfigured(
                    $"The sign-in of {profile} is one of \"aws login\" (login_session), which this program cannot use. "
                        + $"Name a profile with credential_process = aws configure export-credentials --profile {MessageText.OneLine(profile.Name)}.");
            }

            return profile.CredentialProcess is { } command
                ? await owner._process.GetAsync(command, profile, search, cancellationToken).ConfigureAwait(false)
                : null;
        }

        private static ResolvedCredentials? FindKeys(ConfigSection profile) => (profile["aws_access_key_id"], profile["aws_secret_access_key"]) switch
        {
            ({ } accessKey, { } secretKey) => new ResolvedCredentials(new ImmutableCredentials(accessKey, secretKey, profile["aws_session_token"]), profile.ToString()),
            (null, null) => null,
            (null, _) => throw Misconfigured($"There is an aws_secret_access_key in {profile}, and no aws_access_key_id. Add it."),
            _ => throw Misconfigured($"There is an aws_access_key_id in {profile}, and no aws_secret_access_key. Add it."),
        };

        private static ResolvedCredentials? CheckRoleIsNotMissing(ConfigSection profile)
        {
            foreach (var setting in (string[])["source_profile", "credential_source", "web_identity_token_file"])
            {
                if (profile[setting] is not null)
                {
                    throw Misconfigured($"There is a {setting} in {profile}, and no role_arn. Add it.");
                }
            }

            return null;
        }

        private static string Quote(string name) => MessageText.Quote(name);
    }
}

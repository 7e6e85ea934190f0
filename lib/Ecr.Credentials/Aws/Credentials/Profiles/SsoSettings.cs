using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>
/// The settings of a profile for IAM Identity Center: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html"/>.
/// </summary>
/// <param name="Profile">The profile.</param>
/// <param name="AccountId">The account of the role.</param>
/// <param name="RoleName">The role.</param>
/// <param name="Region">The region of IAM Identity Center.</param>
/// <param name="CacheKey">What the name of the token file is derived from: the session name, or the URL of the access portal in older profiles.</param>
internal sealed record SsoSettings(ConfigSection Profile, string AccountId, string RoleName, string Region, string CacheKey)
{
    /// <returns>The settings; <see langword="null"/> if the profile does not use IAM Identity Center.</returns>
    /// <exception cref="EcrCredentialException">One of the settings is missing.</exception>
    public static SsoSettings? Find(ConfigSection profile, SharedConfig files)
    {
        // A session alone may be there for tokens of other services.
        if (profile["sso_account_id"] is null && profile["sso_role_name"] is null)
        {
            return null;
        }

        var session = FindSession(profile, files);
        CheckEqual(profile, session, "sso_region");
        CheckEqual(profile, session, "sso_start_url");
        return new SsoSettings(
            profile,
            Require(profile, "sso_account_id", profile),
            Require(profile, "sso_role_name", profile),
            Require(session ?? profile, "sso_region", profile),
            session?.Name ?? Require(profile, "sso_start_url", profile));
    }

    private static ConfigSection? FindSession(ConfigSection profile, SharedConfig files) =>
        profile["sso_session"] is { } name
            ? files.FindSsoSession(name) ?? throw EcrCredentialException.InvalidConfiguration(
                $"there is no section [sso-session {MessageText.OneLine(name)}], the sso_session of {profile}: add it")
            : null;

    // As the AWS CLI and the Go SDK do: one of the two is a mistake, and it decides who is signed in.
    private static void CheckEqual(ConfigSection profile, ConfigSection? session, string setting)
    {
        if (session?[setting] is { } value && profile[setting] is { } other && value != other)
        {
            throw EcrCredentialException.InvalidConfiguration(
                $"{setting} of {profile} is {MessageText.Quote(other)}, but that of {session} is {MessageText.Quote(value)}: remove one of them");
        }
    }

    private static string Require(ConfigSection section, string setting, ConfigSection profile) =>
        section[setting] ?? throw EcrCredentialException.InvalidConfiguration(
            section == profile
                ? $"{setting} is missing in {profile}: add it"
                : $"{setting} is missing in {section}, the sso_session of {profile}: add it");
}

using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>What a profile says about a sign-in with IAM Identity Center: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html"/>.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="AccountId">The account in which the role is.</param>
/// <param name="RoleName">The role.</param>
/// <param name="Region">The region of IAM Identity Center.</param>
/// <param name="SignIn">What the sign-in is filed under: the name of the session, or the address of the access portal in older profiles.</param>
internal sealed record SsoSettings(ConfigSection Profile, string AccountId, string RoleName, string Region, string SignIn)
{
    /// <returns>The settings; <see langword="null"/> if the profile is not for such a sign-in.</returns>
    /// <exception cref="EcrCredentialException">One of the settings is missing.</exception>
    public static SsoSettings? Find(ConfigSection profile, SharedConfig files)
    {
        // The session alone does not make credentials; it may be there for tokens of other services.
        if (profile["sso_account_id"] is null && profile["sso_role_name"] is null)
        {
            return null;
        }

        var session = FindSession(profile, files);
        return new SsoSettings(
            profile,
            Require(profile, "sso_account_id", profile),
            Require(profile, "sso_role_name", profile),
            Require(session ?? profile, "sso_region", profile),
            session?.Name ?? Require(profile, "sso_start_url", profile));
    }

    private static ConfigSection? FindSession(ConfigSection profile, SharedConfig files) =>
        profile["sso_session"] is { } name
            ? files.FindSsoSession(name) ?? throw Misconfigured($"There is no section [sso-session {MessageText.OneLine(name)}], which {profile} names as its sso_session. Add it.")
            : null;

    private static string Require(ConfigSection section, string setting, ConfigSection profile) =>
        section[setting] ?? throw Misconfigured(
            section == profile
                ? $"The setting {setting} is missing in {profile}. Add it."
                : $"The setting {setting} is missing in the section [sso-session {MessageText.OneLine(section.Name)}], which {profile} names as its sso_session. Add it.");

    private static EcrCredentialException Misconfigured(string message) => new(EcrCredentialErrorReason.InvalidConfiguration, message);
}

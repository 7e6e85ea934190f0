namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The settings of profiles, sessions and services that are read here, by their names in the files.</summary>
internal static class ProfileSettings
{
    public const string AccessKeyId = "aws_access_key_id";
    public const string SecretAccessKey = "aws_secret_access_key";
    public const string SessionToken = "aws_session_token";
    public const string SecurityToken = "aws_security_token";

    private static readonly string[] Names =
    [
        AccessKeyId,
        SecretAccessKey,
        SessionToken,
        SecurityToken,
        "ca_bundle",
        "credential_process",
        "credential_source",
        "defaults_mode",
        "duration_seconds",
        "ec2_metadata_service_endpoint",
        "ec2_metadata_service_endpoint_mode",
        "ec2_metadata_v1_disabled",
        "endpoint_url",
        "external_id",
        "ignore_configured_endpoint_urls",
        "login_session",
        "max_attempts",
        "metadata_service_num_attempts",
        "metadata_service_timeout",
        "mfa_serial",
        "region",
        "retry_mode",
        "role_arn",
        "role_session_name",
        "sdk_ua_app_id",
        "services",
        "source_profile",
        "sso_account_id",
        "sso_region",
        "sso_role_name",
        "sso_session",
        "sso_start_url",
        "sts_regional_endpoints",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
        "web_identity_token_file",
    ];

    private static readonly string[] NamesOfRoutes =
        ["ca_bundle", "endpoint_url", "ignore_configured_endpoint_urls", "services", "use_dualstack_endpoint", "use_fips_endpoint"];

    public static ReadOnlySpan<string> All => Names;

    /// <summary>The settings that decide where a request goes and whom it trusts: none is ever ignored.</summary>
    public static ReadOnlySpan<string> Routes => NamesOfRoutes;

    public static bool Contains(ReadOnlySpan<char> name) => Contains(Names, name);

    /// <summary>Whether the setting decides where a request goes and whom it trusts.</summary>
    public static bool IsRoute(ReadOnlySpan<char> name) => Contains(NamesOfRoutes, name);

    private static bool Contains(ReadOnlySpan<string> names, ReadOnlySpan<char> name)
    {
        foreach (var known in names)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

using System.Text.Json;

namespace Ecr.Credentials.Shim.Tests.Identities;

/// <summary>A source of AWS credentials for the executable.</summary>
/// <param name="Name">The name in the README.</param>
/// <param name="Settings">The settings in the README.</param>
/// <param name="SetUp">Sets it up and returns the ARN of the principal that must sign the ECR call.</param>
public sealed record IdentityCase(string Name, string Settings, Func<IdentityStage, string> SetUp)
{
    /// <summary>All sources in order of precedence.</summary>
    public static IReadOnlyList<IdentityCase> All { get; } =
    [
        new("Service account's role",
            "`tokenAttributes` of the provider configuration; annotation `eks.amazonaws.com/ecr-role-arn` or "
                + "`eks.amazonaws.com/role-arn`, else `AWS_ECR_ROLE_ARN`", stage =>
        {
            stage.AddRequestMembers($$""","serviceAccountToken":"{{stage.Emulator.Options.WebIdentityToken}}","serviceAccountAnnotations":{"eks.amazonaws.com/role-arn":"{{stage.Role("pull")}}"}""");
            return stage.Session("pull");
        }),
        new("Profile by rule", "`--identity PATTERN=profile:NAME`", stage =>
        {
            stage.WriteCredentials(stage.ProfileKeys("ci")).AddArguments(
                "--identity",
                "*.dkr.ecr.*.amazonaws.com=profile:ci",
                "--identity=public.ecr.aws=profile:ci",
                "--identity=*.dkr.ecr.*.amazonaws.com.cn=profile:ci");
            return stage.Emulator.ProfileCredentials.PrincipalArn;
        }),
        new("Role by rule", "`--identity PATTERN=role:ARN[,external-id=ID]`", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.StaticKey)).AddArguments(
                $"--identity=*.dkr.ecr.*.amazonaws.com=role:{stage.Role("pull")}", $"--identity=public.ecr.aws=role:{stage.Role("pull")}",
                    $"--identity=*.dkr.ecr.*.amazonaws.com.cn=role:{stage.Role("pull")}");
            return stage.Session("pull");
        }),
        new("Access keys", "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.StaticKey));
            return stage.Emulator.StaticCredentials.PrincipalArn;
        }),
        new("Temporary keys", "`AWS_SESSION_TOKEN` as well", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.SessionKey));
            return stage.Emulator.SessionCredentials.PrincipalArn;
        }),
        new("Web identity", "`AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`, `AWS_ROLE_SESSION_NAME`", stage =>
        {
            stage.Set("AWS_WEB_IDENTITY_TOKEN_FILE", stage.Write("token", stage.Emulator.Options.WebIdentityToken + "\n"))
                .Set("AWS_ROLE_ARN", stage.Role("pod"))
                .Set("AWS_ROLE_SESSION_NAME", "pod-7");
            return stage.Session("pod", "pod-7");
        }),
        new("Credentials file", "`~/.aws/credentials` or `AWS_SHARED_CREDENTIALS_FILE`", stage =>
        {
            stage.WriteCredentials(stage.ProfileKeys("default"));
            return stage.Emulator.ProfileCredentials.PrincipalArn;
        }),
        new("Config file", "`~/.aws/config` or `AWS_CONFIG_FILE`", stage =>
        {
            stage.WriteConfig(stage.ProfileKeys("default"));
            return stage.Emulator.ProfileCredentials.PrincipalArn;
        }),
        new("Named profile", "`AWS_PROFILE`", stage =>
        {
            stage.WriteConfig(stage.ProfileKeys("profile node")).Set("AWS_PROFILE", "node");
            return stage.Emulator.ProfileCredentials.PrincipalArn;
        }),
        new("Role of a profile", "`role_arn`, `source_profile`, `external_id`, `role_session_name`", stage =>
        {
            stage.WriteCredentials(stage.ProfileKeys("base"))
                .WriteConfig($"[default]\nrole_arn = {stage.Role("pull")}\nsource_profile = base\nrole_session_name = node-7\n");
            return stage.Session("pull", "node-7");
        }),
        new("Role with environment keys", "`role_arn`, `credential_source = Environment`", stage =>
        {
            // Keys in the environment take precedence over profiles, but a profile named by a rule takes precedence over them.
            stage.Set(stage.Emulator.Environment(CredentialSource.StaticKey))
                .WriteConfig($"[profile ci]\nrole_arn = {stage.Role("pull")}\ncredential_source = Environment\n")
                .AddArguments("--identity=*.dkr.ecr.*.amazonaws.com=profile:ci", "--identity=public.ecr.aws=profile:ci",
                    "--identity=*.dkr.ecr.*.amazonaws.com.cn=profile:ci");
            return stage.Session("pull");
        }),
        new("Role with the instance profile", "`role_arn`, `credential_source = Ec2InstanceMetadata`", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.InstanceMetadata))
                .WriteConfig($"[default]\nrole_arn = {stage.Role("pull")}\ncredential_source = Ec2InstanceMetadata\n");
            return stage.Session("pull");
        }),
        new("Role with container credentials", "`role_arn`, `credential_source = EcsContainer`", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.Container))
                .WriteConfig($"[default]\nrole_arn = {stage.Role("pull")}\ncredential_source = EcsContainer\n");
            return stage.Session("pull");
        }),
        new("Web identity of a profile", "`role_arn`, `web_identity_token_file`", stage =>
        {
            var token = stage.Write("token", stage.Emulator.Options.WebIdentityToken);
            stage.WriteConfig($"[default]\nrole_arn = {stage.Role("pod")}\nweb_identity_token_file = {token}\n");
            return stage.Session("pod");
        }),
        new("Process", "`credential_process`", stage =>
        {
            var keys = stage.Emulator.SessionCredentials;
            var output = stage.Write("keys.json",
                $$"""{"Version":1,"AccessKeyId":"{{keys.AccessKeyId}}","SecretAccessKey":"{{keys.SecretAccessKey}}","SessionToken":"{{keys.SessionToken}}"}""");
            stage.WriteConfig($"[default]\ncredential_process = cat '{output}'\n");
            return keys.PrincipalArn;
        }),
        new("SSO session", "`sso_session` or `sso_start_url`, after `aws sso login`", stage =>
        {
            var options = stage.Emulator.Options;
            stage.WriteConfig($"""
                [default]
                sso_session = corp
                sso_account_id = {options.AccountId}
                sso_role_name = {options.SsoRole}
                [sso-session corp]
                sso_region = eu-central-1
                sso_start_url = https://example.awsapps.com/start

                """);

            stage.WriteSsoToken("corp", "2099-01-01T00:00:00Z");
            return stage.Emulator.SsoCredentials.PrincipalArn;
        }),
        new("Sign-in", "`login_session`, after `aws login`", stage =>
        {
            var options = stage.Emulator.Options;
            stage.WriteConfig("[default]\nlogin_session = arn:aws:iam::123456789012:user/me\n");

            // The SHA-256 of the session.
            stage.Write(
                ".aws/login/cache/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json",
                JsonSerializer.Serialize(new Dictionary<string, object>
                {
                    ["accessToken"] = new Dictionary<string, string>
                    {
                        ["accessKeyId"] = "ASIAEXPIRED",
                        ["secretAccessKey"] = "expired",
                        ["sessionToken"] = "expired",
                        ["expiresAt"] = "2020-01-01T00:00:00Z",
                    },
                    ["clientId"] = options.LoginClientId,
                    ["refreshToken"] = options.LoginRefreshToken,
                    ["dpopKey"] = stage.Emulator.LoginKeyPem,
                }));
            return stage.Emulator.LoginCredentials.PrincipalArn;
        }),
        new("Container credentials", "`AWS_CONTAINER_CREDENTIALS_FULL_URI` or `_RELATIVE_URI` (ECS), `AWS_CONTAINER_AUTHORIZATION_TOKEN`", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.Container));
            return stage.Emulator.ContainerCredentials.PrincipalArn;
        }),
        new("Pod Identity", "`AWS_CONTAINER_CREDENTIALS_FULL_URI`, `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` (EKS)", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.PodIdentity));
            return stage.Emulator.PodIdentityCredentials.PrincipalArn;
        }),
        new("Instance profile", "nothing; instance metadata service, version 2", stage =>
        {
            stage.Set(stage.Emulator.Environment(CredentialSource.InstanceMetadata));
            return stage.Emulator.InstanceCredentials.PrincipalArn;
        }),
        new("Instance profile over IPv6", "`AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6`, or an address in `AWS_EC2_METADATA_SERVICE_ENDPOINT`", stage =>
        {
            stage.Set(
                stage.Emulator.Environment(CredentialSource.InstanceMetadata)).Set("AWS_EC2_METADATA_SERVICE_ENDPOINT", stage.Emulator.IPv6Address.AbsoluteUri);
            return stage.Emulator.InstanceCredentials.PrincipalArn;
        }),
    ];

    public override string ToString() => Name;
}

namespace Ecr.Emulator;

/// <summary>Configures an <see cref="AwsEmulator"/>. Every option has a working default.</summary>
public sealed class AwsEmulatorOptions
{
    /// <summary>Port of <see cref="AwsEmulator.Address"/>; 0 selects a free port.</summary>
    public int Port { get; init; }

    /// <summary>The one region for which requests to the loopback address must be signed; null accepts any well-formed region.</summary>
    public string? Region { get; init; }

    /// <summary>The account of every principal and of the default registry.</summary>
    public string AccountId { get; init; } = "123456789012";

    /// <summary>The partition of every principal.</summary>
    public string Partition { get; init; } = "aws";

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The password inside the ECR token; null generates one that looks like AWS's at startup.</summary>
    public string? Token { get; init; }

    /// <summary>The lifetime of the ECR token.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(12);

    public ExpiresAtFormat ExpiresAtFormat { get; init; }

    /// <summary>The lifetime of the session, instance, container, pod and SSO credentials issued at startup.</summary>
    public TimeSpan CredentialLifetime { get; init; } = TimeSpan.FromHours(6);

    /// <summary>The role of the emulated EC2 instance; null for an instance without a role.</summary>
    public string? InstanceRole { get; init; } = "emulated-node";

    /// <summary>The region that the instance metadata service reports.</summary>
    public string InstanceRegion { get; init; } = "us-east-1";

    /// <summary>Whether the instance's metadata service is disabled: it then answers 403.</summary>
    public bool InstanceMetadataForbidden { get; init; }

    /// <summary>Whether the instance's metadata service knows version 1 only: it then has no session tokens and requires none.</summary>
    public bool InstanceMetadataVersion1 { get; init; }

    /// <summary>The Authorization header that the container credentials endpoint requires; null requires none.</summary>
    public string? ContainerAuthorizationToken { get; init; }

    /// <summary>The Authorization header that the container credentials endpoint requires for an EKS Pod Identity.</summary>
    public string PodIdentityToken { get; init; } = "emulated.pod-identity.token";

    /// <summary>The web identity (service account) token that STS accepts.</summary>
    public string WebIdentityToken { get; init; } = "emulated.web-identity.token";

    /// <summary>A web identity token that STS rejects as expired.</summary>
    public string ExpiredWebIdentityToken { get; init; } = "emulated.expired-web-identity.token";

    /// <summary>The access token that the SSO portal accepts and a refresh returns; any other is rejected like an expired one.</summary>
    public string SsoAccessToken { get; init; } = "emulated.sso-access-token";

    /// <summary>The refresh token that the SSO OIDC service accepts.</summary>
    public string SsoRefreshToken { get; init; } = "emulated.sso-refresh-token";

    /// <summary>The client id that a refresh must send.</summary>
    public string SsoClientId { get; init; } = "emulated-sso-client";

    /// <summary>The client secret that a refresh must send.</summary>
    public string SsoClientSecret { get; init; } = "emulated.sso-client-secret";

    /// <summary>The role (permission set) for which the SSO portal has credentials, in <see cref="AccountId"/>.</summary>
    public string SsoRole { get; init; } = "emulated-permission-set";

    /// <summary>The client id that a refresh of a session of <c>aws login</c> must send.</summary>
    public string LoginClientId { get; init; } = "arn:aws:signin:::devtools/same-device";

    /// <summary>The refresh token that AWS Sign-In accepts; any other is rejected as expired.</summary>
    public string LoginRefreshToken { get; init; } = "emulated.login-refresh-token";

    /// <summary>The OAuth error with which AWS Sign-In rejects every refresh, such as <c>USER_CREDENTIALS_CHANGED</c>; null rejects none.</summary>
    public string? LoginError { get; init; }

    /// <summary>ARNs of the roles that may be assumed; null allows every role.</summary>
    public IReadOnlyCollection<string>? AssumableRoles { get; init; }

    /// <summary>The external id that AssumeRole must send; null requires none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Called after each response, on the server's thread.</summary>
    public Action<RecordedRequest>? Answered { get; init; }
}

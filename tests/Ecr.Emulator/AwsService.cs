namespace Ecr.Emulator;

/// <summary>The service that a request was meant for.</summary>
public enum AwsService
{
    /// <summary>Neither the host, the target header, the form nor the path names a service that the emulator knows.</summary>
    Unknown,
    Ecr,
    EcrPublic,
    Sts,

    /// <summary>The portal of IAM Identity Center, which hands out credentials.</summary>
    Sso,

    /// <summary>The OIDC service of IAM Identity Center, which refreshes tokens.</summary>
    SsoOidc,
    Imds,
    ContainerCredentials,
}

namespace Ecr.Emulator;

/// <summary>The service that a request addresses.</summary>
public enum AwsService
{
    /// <summary>The host, target header, form and path match no service of the emulator.</summary>
    Unknown,
    Ecr,
    EcrPublic,
    Sts,

    /// <summary>The portal of IAM Identity Center, which returns credentials.</summary>
    Sso,

    /// <summary>The OIDC service of IAM Identity Center, which refreshes tokens.</summary>
    SsoOidc,
    Imds,
    ContainerCredentials,
}

namespace Ecr.Emulator;

/// <summary>The service that a request addresses.</summary>
public enum AwsService
{
    /// <summary>Neither the host, the target header, the form nor the path identifies a service that the emulator supports.</summary>
    Unknown,
    Ecr,
    EcrPublic,
    Sts,

    /// <summary>The portal of IAM Identity Center, which returns credentials.</summary>
    Sso,

    /// <summary>The OIDC service of IAM Identity Center, which refreshes tokens.</summary>
    SsoOidc,

    /// <summary>AWS Sign-In, which refreshes the sessions of <c>aws login</c>.</summary>
    Signin,
    Imds,
    ContainerCredentials,
}

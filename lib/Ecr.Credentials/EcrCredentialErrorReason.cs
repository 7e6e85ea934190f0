namespace Ecr.Credentials;

/// <summary>Why no credential could be given.</summary>
public enum EcrCredentialErrorReason
{
    /// <summary>The request cannot be understood: not JSON, another kind or version, no image.</summary>
    InvalidRequest,

    /// <summary>An option, environment variable or file says something that cannot be used.</summary>
    InvalidConfiguration,

    /// <summary>The image is not in an Amazon ECR registry and no alias covers its host.</summary>
    NotAnEcrRegistry,

    /// <summary>No AWS identity was found to ask with.</summary>
    NoAwsCredentials,

    /// <summary>AWS does not accept the identity: unknown, expired or wrongly signed.</summary>
    AwsCredentialsRejected,

    /// <summary>AWS knows the identity, but it lacks the permission.</summary>
    AccessDenied,

    /// <summary>AWS asked to slow down until the last attempt.</summary>
    Throttled,

    /// <summary>The endpoint could not be reached: name, network, TLS.</summary>
    Unreachable,

    /// <summary>The endpoint answered with an error of its own.</summary>
    ServiceError,

    /// <summary>The endpoint answered with something that is no authorization token.</summary>
    InvalidResponse,

    /// <summary>There was no answer before the deadline.</summary>
    Timeout,
}

namespace Ecr.Credentials;

/// <summary>The reason why credentials could not be obtained.</summary>
public enum EcrCredentialErrorReason
{
    /// <summary>The request is invalid: not JSON, wrong kind or version, or no image.</summary>
    InvalidRequest,

    /// <summary>An option, environment variable or configuration file is invalid.</summary>
    InvalidConfiguration,

    /// <summary>The image is not in an Amazon ECR registry, and no alias matches its host.</summary>
    NotAnEcrRegistry,

    /// <summary>No AWS credentials were found.</summary>
    NoAwsCredentials,

    /// <summary>AWS rejected the AWS credentials: unknown, expired or with an invalid signature.</summary>
    AwsCredentialsRejected,

    /// <summary>The AWS identity is valid, but lacks a permission.</summary>
    AccessDenied,

    /// <summary>AWS throttled every attempt.</summary>
    Throttled,

    /// <summary>The endpoint could not be reached: DNS, network or TLS failure.</summary>
    Unreachable,

    /// <summary>The endpoint returned a server error.</summary>
    ServiceError,

    /// <summary>The endpoint returned a response without a valid authorization token or valid AWS credentials.</summary>
    InvalidResponse,

    /// <summary>The call timed out.</summary>
    Timeout,
}

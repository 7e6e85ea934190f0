namespace Ecr.Emulator;

/// <summary>The source of a client's AWS credentials in <see cref="AwsEmulator.Environment"/>.</summary>
public enum CredentialSource
{
    /// <summary>No keys, and the metadata service is disabled.</summary>
    None,

    /// <summary>A user's access key in the environment.</summary>
    StaticKey,

    /// <summary>Temporary credentials, with their session token, in the environment.</summary>
    SessionKey,

    /// <summary>The emulated instance metadata service (IMDSv2).</summary>
    InstanceMetadata,

    /// <summary>The emulated container credentials endpoint.</summary>
    Container,

    /// <summary>The emulated container credentials endpoint for EKS Pod Identity, with an authorization token in a file.</summary>
    PodIdentity,
}

namespace Ecr.Emulator;

/// <summary>Where a client finds its AWS credentials, as set up by <see cref="AwsEmulator.Environment"/>.</summary>
public enum CredentialSource
{
    /// <summary>Nowhere: no keys, and the metadata service is disabled.</summary>
    None,

    /// <summary>A user's access key in the environment.</summary>
    StaticKey,

    /// <summary>Temporary credentials, with their session token, in the environment.</summary>
    SessionKey,

    /// <summary>The emulated instance metadata service (IMDSv2).</summary>
    InstanceMetadata,

    /// <summary>The emulated container credentials endpoint.</summary>
    Container,

    /// <summary>The emulated container credentials endpoint as EKS Pod Identity uses it: with an authorization token in a file.</summary>
    PodIdentity,
}

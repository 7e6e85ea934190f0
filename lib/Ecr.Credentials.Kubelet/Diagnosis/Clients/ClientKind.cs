namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Clients that look for passwords in the same places.</summary>
internal enum ClientKind
{
    /// <summary>docker, and what reads its configuration.</summary>
    Docker,

    /// <summary>podman, skopeo, buildah.</summary>
    Podman,
}

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>Where the flags of a kubelet are added.</summary>
public enum KubeletFlagPlace
{
    /// <summary>Nowhere: the system is configured in another way, or nothing is known about the kubelet.</summary>
    None,

    /// <summary>No flags are needed: the distribution passes them if configuration and bin directory exist at their default paths.</summary>
    DefaultPaths,

    /// <summary>A file with one flag a line, as MicroK8s has.</summary>
    ArgumentsFile,

    /// <summary>A drop-in of the configuration of K3s or RKE2.</summary>
    RancherDropIn,

    /// <summary>A variable in a file that the systemd unit names as <c>EnvironmentFile</c>.</summary>
    EnvironmentFile,

    /// <summary>A drop-in of the systemd unit with a new <c>ExecStart</c>.</summary>
    UnitDropIn,
}

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>What installed the kubelet of a node, and decides where its files are.</summary>
public enum NodeDistribution
{
    /// <summary>A kubelet that is described by hand.</summary>
    Custom,

    /// <summary>The snap MicroK8s, with classic or strict confinement.</summary>
    MicroK8s,

    /// <summary>K3s, server or agent.</summary>
    K3s,

    /// <summary>RKE2, server or agent.</summary>
    Rke2,

    /// <summary>A kubelet set up by kubeadm.</summary>
    Kubeadm,

    /// <summary>Any other kubelet that runs as the systemd service <c>kubelet</c>.</summary>
    Systemd,

    /// <summary>k0s, worker or controller with worker.</summary>
    K0s,

    /// <summary>Amazon EKS on Amazon Linux 2023, whose kubelet is configured by nodeadm at each boot.</summary>
    EksAl2023,

    /// <summary>An Amazon EKS hybrid node, whose kubelet is configured by nodeadm.</summary>
    EksHybrid,

    /// <summary>Talos Linux, which is changed only through its machine configuration.</summary>
    Talos,

    /// <summary>Bottlerocket, which is changed only through its settings.</summary>
    Bottlerocket,
}

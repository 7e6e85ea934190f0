namespace Ecr.Credentials.Protocol;

/// <summary>The version of the kubelet's credential provider API, group <c>credentialprovider.kubelet.k8s.io</c>.</summary>
public enum CredentialProviderApiVersion
{
    /// <summary><c>v1</c>, since Kubernetes 1.26. The only version with service account tokens.</summary>
    V1,

    /// <summary><c>v1beta1</c>, since Kubernetes 1.24.</summary>
    V1Beta1,

    /// <summary><c>v1alpha1</c>, since Kubernetes 1.20.</summary>
    V1Alpha1,
}

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What the kubelet asks the API server for: a token of a service account, bound to a pod.</summary>
/// <remarks>
/// Immutable and thread-safe. The lifetime is the API server's default. Rules:
/// <see href="https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/"/>.
/// </remarks>
public sealed class ServiceAccountTokenRequest
{
    internal ServiceAccountTokenRequest(ServiceAccountIdentity identity, string serviceAccountUid, string audience)
    {
        Identity = identity;
        ServiceAccountUid = serviceAccountUid;
        Audience = audience;
    }

    /// <summary>The service account, and the pod that the token is bound to.</summary>
    public ServiceAccountIdentity Identity { get; }

    /// <summary>The UID that the service account must have.</summary>
    public string ServiceAccountUid { get; }

    /// <summary>The only audience of the token.</summary>
    public string Audience { get; }
}

namespace Ecr.Credentials.Shim;

/// <summary>What the library's errors do not say: which setting of the kubelet or option of the executable helps.</summary>
internal static class Advice
{
    public static string? ForKubelet(EcrCredentialErrorReason reason) => reason switch
    {
        EcrCredentialErrorReason.NotAnEcrRegistry => "Remove the host from the provider's matchImages, or map it with --registry-alias.",
        EcrCredentialErrorReason.NoAwsCredentials => "Set variables under the provider's env.",
        EcrCredentialErrorReason.Timeout => "Check the node's network, or raise --timeout.",
        _ => null,
    };

    public static string? ForDocker(EcrCredentialErrorReason reason) => reason switch
    {
        EcrCredentialErrorReason.Timeout => "Check the network, or raise --timeout.",
        _ => null,
    };

    public static string? ForTerminal(EcrCredentialErrorReason reason) => reason switch
    {
        EcrCredentialErrorReason.NotAnEcrRegistry => "Map it with --registry-alias if an ECR registry is behind it.",
        EcrCredentialErrorReason.Timeout => "Check the network, or raise --timeout.",
        _ => null,
    };
}

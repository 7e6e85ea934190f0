namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>What follows <c>kubelet</c>.</summary>
internal enum KubeletAction
{
    /// <summary>Find the credentials for an image.</summary>
    Get,

    /// <summary>Check a configuration.</summary>
    Validate,

    /// <summary>Print the help text.</summary>
    Help,
}

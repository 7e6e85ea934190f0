namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>What a file that set-up changes is for.</summary>
internal enum NodeFileRole
{
    /// <summary>The plugin.</summary>
    Executable,

    /// <summary>The configuration of the credential providers.</summary>
    Configuration,

    /// <summary>The flags of the kubelet, in a file with other settings.</summary>
    Flags,

    /// <summary>The flags of the kubelet, in a file that has nothing else.</summary>
    FlagDropIn,
}

namespace Ecr.Credentials.Shim;

/// <summary>What the command line requests.</summary>
internal enum Mode
{
    /// <summary>A kubelet credential provider plugin.</summary>
    Plugin,

    /// <summary>A Docker credential helper.</summary>
    DockerCredentialHelper,

    /// <summary>A password for <c>docker login</c>.</summary>
    LoginPassword,

    /// <summary>What the kubelet does with its configuration.</summary>
    Kubelet,

    /// <summary>A node whose kubelet uses the plugin.</summary>
    Setup,

    /// <summary>What is wrong with a node.</summary>
    Doctor,

    /// <summary>What is kept between runs.</summary>
    Cache,

    /// <summary>The help text.</summary>
    Help,

    /// <summary>The name and version.</summary>
    Version,

    /// <summary>The name and version as a Docker credential helper prints them.</summary>
    HelperVersion,
}

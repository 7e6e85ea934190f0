using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Kubelet.Nodes;

namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>What <see cref="Doctor.RunAsync"/> examines. Read once, when it is called.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class DoctorOptions
{
    /// <summary>The image that is not pulled; <see langword="null"/>, the default, skips the checks that require one.</summary>
    public string? Image { get; set; }

    /// <summary>
    /// The directory where the node's file system is mounted; <c>/</c>, the default, for this machine. Elsewhere, checks of what only a running node shows
    /// are skipped.
    /// </summary>
    public string Root { get; set; } = "/";

    /// <summary>What is known better than it can be detected; by default everything is detected.</summary>
    public NodeLayoutOptions Layout { get; set; } = new();

    /// <summary>How long all checks together may take; 60 seconds by default. Positive.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock that is compared with that of AWS, and that measures; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Decides which servers are trusted; .NET if null.</summary>
    internal LazyTrustStore? TrustStore { get; set; }

    /// <summary>Whether the kubelet is to be restarted afterwards, so that it need not have read its files.</summary>
    internal bool IsBeforeRestart { get; set; }

    /// <summary>Examines docker and other clients with this environment instead of the kubelet; null for the kubelet.</summary>
    internal IReadOnlyDictionary<string, string>? Clients { get; set; }

    /// <summary>Reads the arguments of the plugin; null if they are not valid.</summary>
    internal Func<IReadOnlyList<string>, EcrCredentialProviderOptions?> ReadArguments { get; set; } = static _ => null;

    /// <summary>Called when a check begins (true) and when it ends, from any thread.</summary>
    internal Action<string, bool>? Progress { get; set; }

    /// <summary>Sends all requests but those for AWS credentials. For tests.</summary>
    internal HttpMessageHandler? Handler { get; set; }

    /// <summary>The kubelets of the node, which otherwise are those of this machine. For tests.</summary>
    internal IReadOnlyList<KubeletProcess>? Processes { get; set; }

    /// <summary>Treats the tree as this machine's own. For tests.</summary>
    internal bool IsThisNode { get; set; }

    /// <summary>The mounts of this process. For tests.</summary>
    internal string MountFile { get; set; } = "/proc/self/mountinfo";

    /// <summary>Where <c>journalctl</c> is. For tests.</summary>
    internal IReadOnlyList<string> ProgramDirectories { get; set; } = ["/usr/bin", "/bin"];

    /// <summary>The free bytes of the file system at a path. For tests.</summary>
    internal Func<string, long> FreeSpace { get; set; } = static path => new DriveInfo(path).AvailableFreeSpace;
}

using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Processes;

namespace Ecr.Credentials.Kubelet.Nodes.Restarting;

/// <summary>Asks the program of the running kubelet for its version, which no file of some distributions shows.</summary>
[SupportedOSPlatform("linux")]
internal static class KubeletVersionQuery
{
    private const int MaxOutputLength = 4096;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The version; null if the kubelet does not run, or its answer is not understood.</summary>
    public static async Task<KubernetesVersion?> RunAsync(NodeLayout layout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        // kubelite only serves.
        if (layout.Process is not { Executable: { } program, Name: "kubelet" or "k3s" } || !Path.IsPathFullyQualified(program) || !File.Exists(program))
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var start = new ProcessStartInfo(program, ["--version"]) { WorkingDirectory = "/" };
            var result = await ChildProcess.RunAsync(start, default, MaxOutputLength, either.Token).ConfigureAwait(false);
            return Parse(Encoding.UTF8.GetString(result.Output.Span));
        }
        catch (Win32Exception)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // Such as "Kubernetes v1.34.1" and "k3s version v1.34.1+k3s1 (24fc436e)".
    internal static KubernetesVersion? Parse(string output)
    {
        foreach (var word in output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith('v') && KubernetesVersion.TryParse(word, out var version))
            {
                return version;
            }
        }

        return null;
    }
}

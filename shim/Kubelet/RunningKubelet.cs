using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Detection;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>The paths that a running kubelet was given on its command line.</summary>
/// <param name="Config">The value of <c>--image-credential-provider-config</c>; <see langword="null"/> if there is none.</param>
/// <param name="BinDirectory">The value of <c>--image-credential-provider-bin-dir</c>; <see langword="null"/> if there is none.</param>
internal sealed record RunningKubelet(string? Config, string? BinDirectory)
{
    /// <summary>Looks for a kubelet among the processes of <see href="https://man7.org/linux/man-pages/man5/proc.5.html"/>.</summary>
    /// <returns>The first one with either flag; without paths if there is none.</returns>
    public static RunningKubelet Find()
    {
        if (OperatingSystem.IsLinux())
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0])))
            {
                if (Read(process) is { } kubelet)
                {
                    return kubelet;
                }
            }
        }

        return new RunningKubelet(null, null);
    }

    [SupportedOSPlatform("linux")]
    private static RunningKubelet? Read(string process)
    {
        try
        {
            // MicroK8s runs the kubelet and the other services of Kubernetes in one process, kubelite.
            if (File.ReadAllText(Path.Combine(process, "comm")).TrimEnd('\n') is not ("kubelet" or "kubelite") || !ProcessTable.IsTrusted(process))
            {
                return null;
            }

            var arguments = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            var kubelet = new RunningKubelet(FindPath(process, arguments, KubeletFlag.Configuration), FindPath(process, arguments, KubeletFlag.BinDirectory));
            return kubelet is { Config: null, BinDirectory: null } ? null : kubelet;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to someone else.
            return null;
        }
    }

    private static string? FindPath(string process, string[] arguments, string flag) =>
        KubeletProcess.FindFlag(arguments, flag) is { Length: > 0 } path ? Path.Combine(WorkingDirectory(process), path) : null;

    private static string WorkingDirectory(string process) =>
        Directory.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName ?? "/";
}

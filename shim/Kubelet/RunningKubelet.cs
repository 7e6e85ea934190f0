namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>The paths that a running kubelet was given on its command line.</summary>
/// <param name="Config">The value of <c>--image-credential-provider-config</c>; <see langword="null"/> if there is none.</param>
/// <param name="BinDirectory">The value of <c>--image-credential-provider-bin-dir</c>; <see langword="null"/> if there is none.</param>
internal sealed record RunningKubelet(string? Config, string? BinDirectory)
{
    private const string ConfigFlag = "--image-credential-provider-config";
    private const string BinDirectoryFlag = "--image-credential-provider-bin-dir";

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

    private static RunningKubelet? Read(string process)
    {
        try
        {
            // MicroK8s runs the kubelet and the other services of Kubernetes in one process, kubelite.
            if (File.ReadAllText(Path.Combine(process, "comm")).TrimEnd('\n') is not ("kubelet" or "kubelite"))
            {
                return null;
            }

            var arguments = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            var kubelet = new RunningKubelet(FindPath(process, arguments, ConfigFlag), FindPath(process, arguments, BinDirectoryFlag));
            return kubelet is { Config: null, BinDirectory: null } ? null : kubelet;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to someone else.
            return null;
        }
    }

    // The last of two equal flags wins.
    private static string? FindPath(string process, string[] arguments, string flag)
    {
        string? path = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == flag && i + 1 < arguments.Length)
            {
                path = arguments[++i];
            }
            else if (arguments[i].StartsWith($"{flag}=", StringComparison.Ordinal))
            {
                path = arguments[i][(flag.Length + 1)..];
            }
        }

        return string.IsNullOrEmpty(path) ? null : Path.Combine(WorkingDirectory(process), path);
    }

    private static string WorkingDirectory(string process) =>
        Directory.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName ?? "/";
}

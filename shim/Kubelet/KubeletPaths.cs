namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>Where configuration and plugins are: named on the command line, or those of the running kubelet.</summary>
internal static class KubeletPaths
{
    /// <summary>The paths of <c>kubelet get</c>, which requires both.</summary>
    /// <exception cref="FormatException">One is neither named nor found; the message says which.</exception>
    public static (string Config, string BinDirectory) Require(KubeletCommandLine line)
    {
        var (config, binDirectory) = Find(line);
        return (config ?? throw Missing("--config", "configuration"), binDirectory ?? throw Missing("--bin-dir", "plugin directory"));
    }

    /// <summary>The paths of <c>kubelet validate</c>, which requires a configuration.</summary>
    /// <exception cref="FormatException">There is no configuration.</exception>
    public static (string Config, string? BinDirectory) RequireConfig(KubeletCommandLine line)
    {
        var (config, binDirectory) = Find(line);
        return (config ?? throw Missing("FILE", "configuration"), binDirectory);
    }

    private static (string? Config, string? BinDirectory) Find(KubeletCommandLine line)
    {
        var kubelet = line.Config is null || line.BinDirectory is null ? RunningKubelet.Find() : null;
        return (line.Config ?? kubelet?.Config, line.BinDirectory is { } directory ? Path.GetFullPath(directory) : kubelet?.BinDirectory);
    }

    private static FormatException Missing(string argument, string what) =>
        new($"{argument} is required: no running kubelet with a credential provider {what} found; see kubelet --help");
}

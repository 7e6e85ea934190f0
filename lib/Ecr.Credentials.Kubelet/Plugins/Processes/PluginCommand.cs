using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Plugins.Processes;

/// <summary>What the kubelet starts for a provider: a path, arguments and the environment.</summary>
/// <remarks>
/// Rules: <see href="https://pkg.go.dev/os/exec"/>. The path is not made absolute, since the plugin sees it as its own name and the kubelet's errors hold it.
/// </remarks>
internal sealed class PluginCommand
{
    private const string PathVariable = "PATH";

    private PluginCommand(string path, string name, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        Path = path;
        Name = name;
        Arguments = arguments;
        Environment = environment;
    }

    /// <summary>The file to start.</summary>
    public string Path { get; }

    /// <summary>What the program sees as its own name.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Arguments { get; }

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Builds the command of a provider.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="binDirectory">The directory of the plugins.</param>
    /// <param name="inherited">The environment of the kubelet.</param>
    /// <param name="command">The command, or null.</param>
    /// <param name="fault">Why Go does not start it, or null.</param>
    public static bool TryCreate(
        CredentialProvider provider,
        string binDirectory,
        IReadOnlyDictionary<string, string> inherited,
        [NotNullWhen(true)] out PluginCommand? command,
        [NotNullWhen(false)] out string? fault)
    {
        command = null;
        var name = GoPath.Join(binDirectory, provider.Name);
        if (!TryFind(name, inherited, out var path, out fault))
        {
            return false;
        }

        if (!TryMerge(inherited, provider.Environment, out var environment))
        {
            fault = "exec: environment variable contains NUL";
            return false;
        }

        if (path.Contains('\0', StringComparison.Ordinal) || provider.Arguments.Any(argument => argument.Contains('\0', StringComparison.Ordinal)))
        {
            fault = StartFault(path, "invalid argument");
            return false;
        }

        command = new PluginCommand(path, name, provider.Arguments, environment);
        return true;
    }

    /// <summary>What Go says about a program that the system does not start.</summary>
    public static string StartFault(string path, string error) => $"fork/exec {path}: {error}";

    // A name without a directory, which is what a bin directory of "." leaves, is searched in PATH.
    private static bool TryFind(
        string name, IReadOnlyDictionary<string, string> inherited, out string path, [NotNullWhen(false)] out string? fault)
    {
        path = name;
        fault = null;
        if (OperatingSystem.IsWindows() || GoPath.Base(name) != name)
        {
            return true;
        }

        foreach (var directory in GoPath.SplitList(inherited.GetValueOrDefault(PathVariable, "")))
        {
            path = GoPath.Join(directory.Length == 0 ? "." : directory, name);
            if (IsExecutable(path))
            {
                fault = path.StartsWith('/') ? null : $"exec: {GoText.Quote(name)}: cannot run executable found relative to current directory";
                return fault is null;
            }
        }

        fault = $"exec: {GoText.Quote(name)}: executable file not found in $PATH";
        return false;
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return !path.Contains('\0', StringComparison.Ordinal) && !OperatingSystem.IsWindows()
            && File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0;
    }

    // Go joins names and values to NAME=VALUE before it looks for names again, so that a name with "=" sets another variable.
    private static bool TryMerge(
        IReadOnlyDictionary<string, string> inherited, IReadOnlyList<ExecEnvironmentVariable> configured, out Dictionary<string, string> environment)
    {
        environment = new Dictionary<string, string>(inherited, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var variable in configured)
        {
            var pair = $"{variable.Name}={variable.Value}";
            if (pair.Contains('\0', StringComparison.Ordinal))
            {
                return false;
            }

            // A name may begin with "=", as the hidden variables of Windows do.
            var end = pair.IndexOf('=', StringComparison.Ordinal);
            end = end > 0 ? end : pair.IndexOf('=', 1);
            environment[end < 0 ? "" : pair[..end]] = end < 0 ? pair[1..] : pair[(end + 1)..];
        }

        return true;
    }
}

using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Files;

/// <summary>Looks for the executables of providers as the kubelet does when it starts: <see href="https://pkg.go.dev/os/exec#LookPath"/>.</summary>
/// <param name="files">The file system.</param>
/// <param name="searchPath">The kubelet's PATH, which is searched if the bin directory is <c>.</c>.</param>
internal sealed class PluginSearch(ConfigFiles files, string searchPath)
{
    public ConfigProblemCollection CheckDirectory(string binDirectory)
    {
        var status = files.StatusOf(binDirectory);
        return status.Error switch
        {
            null => ConfigProblemCollection.None,
            _ when status.IsMissing => Failure(binDirectory, "the bin directory does not exist", $"plugin binary directory {binDirectory} did not exist"),
            var error => Failure(
                binDirectory,
                $"cannot read the bin directory: {error}",
                $"error inspecting binary directory {binDirectory}: stat {binDirectory}: {error}"),
        };
    }

    public ConfigProblemCollection CheckProviders(string binDirectory, IReadOnlyList<DecodedProvider> providers)
    {
        var problems = new List<ConfigProblem>();
        foreach (var provider in providers)
        {
            var path = GoPath.Join(binDirectory, provider.Provider.Name);
            if (Find(path) is not { } error)
            {
                continue;
            }

            // The kubelet means to name the file, and prints an empty string.
            var kubeletMessage = error.Length == 0
                ? "plugin binary executable  did not exist"
                : $"error inspecting binary executable : exec: {GoText.Quote(path)}: {error}";
            var name = MessageText.Quote(provider.Provider.Name);
            var message = error.Length == 0
                ? $"no plugin {name} in the bin directory {MessageText.Quote(binDirectory)}; install it or correct the name"
                : $"cannot run the plugin {MessageText.Quote(path)}: {MessageText.OneLine(error)}";
            problems.Add(provider.Problem(provider.PositionOf("name"), message, kubeletMessage));
        }

        return problems.Count == 0 ? ConfigProblemCollection.None : new ConfigProblemCollection(problems, problems[0].KubeletMessage);
    }

    /// <summary>Why a plugin cannot be run: empty if it does not exist, null if it can be run.</summary>
    private string? Find(string path)
    {
        if (path is "" or "." or "..")
        {
            return "";
        }

        if (path.Contains('/', StringComparison.Ordinal))
        {
            return Inspect(path);
        }

        foreach (var directory in GoPath.SplitList(searchPath))
        {
            var candidate = GoPath.Join(directory.Length == 0 ? "." : directory, path);
            if (Inspect(candidate) is null)
            {
                return candidate.StartsWith('/') ? null : "cannot run executable found relative to current directory";
            }
        }

        return "";
    }

    private string? Inspect(string path)
    {
        var status = files.StatusOf(path);
        return status switch
        {
            { IsMissing: true } => "",
            { Error: { } error } => $"stat {path}: {error}",
            { IsDirectory: true } => "is a directory",
            { IsExecutable: false } => "permission denied",
            _ => null,
        };
    }

    private static ConfigProblemCollection Failure(string path, string message, string kubeletMessage) =>
        new([new ConfigProblem(path, 0, 0, message, kubeletMessage)], kubeletMessage);
}

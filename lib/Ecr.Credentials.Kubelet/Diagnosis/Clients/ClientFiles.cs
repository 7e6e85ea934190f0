using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Where clients look for passwords.</summary>
/// <param name="environment">The environment of the clients: the value of a variable, or null if it is not set or empty.</param>
/// <param name="root">The directory with <c>etc</c>.</param>
[SupportedOSPlatform("linux")]
internal sealed class ClientFiles(Func<string, string?> environment, string root = "/")
{
    private static readonly (ClientKind Kind, string[] Programs)[] Clients =
        [(ClientKind.Docker, ["docker", "nerdctl", "docker-buildx"]), (ClientKind.Podman, ["podman", "skopeo", "buildah"])];

    /// <summary>The clients on the path, by kind.</summary>
    public IReadOnlyList<(ClientKind Kind, string Program)> FindInstalled() =>
    [
        .. Clients.SelectMany(clients => clients.Programs
            .Where(program => ProgramSearch.Find(environment("PATH") ?? "", program) is { } found && found.Problem is null)
            .Select(program => (clients.Kind, program)).Take(1)),
    ];

    /// <summary>The files of a kind of clients in the order in which they are searched, those that do not exist included.</summary>
    public IReadOnlyList<string> PathsOf(ClientKind kind)
    {
        var home = environment("HOME") ?? "/";
        var docker = Path.Join(environment("DOCKER_CONFIG") ?? Path.Join(home, ".docker"), "config.json");
        if (kind == ClientKind.Docker)
        {
            return [docker];
        }

        // A file that is named is the only one: https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
        if (environment("REGISTRY_AUTH_FILE") is { } named)
        {
            return [named];
        }

        var settings = environment("XDG_CONFIG_HOME") ?? Path.Join(home, ".config");
        var runtime = environment("XDG_RUNTIME_DIR") is { } directory ? Path.Join(directory, "containers") : FormattableString.Invariant(
            $"/run/containers/{Interop.LibC.GetEffectiveUserId()}");
        return [Path.Join(runtime, "auth.json"), Path.Join(settings, "containers", "auth.json"), docker];
    }

    /// <summary>
    /// The helpers that podman asks about every host: <see href="https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md"/>.
    /// </summary>
    public (string Path, IReadOnlyList<string> Helpers)? FindGlobalHelpers()
    {
        var settings = Path.Join(environment("XDG_CONFIG_HOME") ?? Path.Join(environment("HOME") ?? "/", ".config"), "containers");
        var main = environment("CONTAINERS_REGISTRIES_CONF") is { } named ? named
            : File.Exists(Path.Join(settings, "registries.conf")) ? Path.Join(settings, "registries.conf")
            : Path.Join(root, "etc/containers/registries.conf");
        (string, IReadOnlyList<string>)? found = null;
        foreach (var file in ((string[])[Path.Join(root, "etc/containers/registries.conf.d"), Path.Join(settings, "registries.conf.d")])
            .Where(Directory.Exists).SelectMany(directory => Directory.EnumerateFiles(directory, "*.conf").Order(StringComparer.Ordinal)).Prepend(main))
        {
            if (TryReadText(file) is { } text && FindList(text, "credential-helpers") is { } helpers)
            {
                found = (file, helpers);
            }
        }

        return found;
    }

    // A list of strings in TOML, which may go over several lines.
    private static string[]? FindList(string text, string name)
    {
        var lines = text.Split('\n').Select(line => line.TrimStart()).Where(line => !line.StartsWith('#')).ToArray();
        var first = Array.FindIndex(lines, line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length..].TrimStart().StartsWith('='));
        if (first < 0)
        {
            return null;
        }

        var rest = string.Join('\n', lines[first..]);
        var (start, end) = (rest.IndexOf('[', StringComparison.Ordinal), rest.IndexOf(']', StringComparison.Ordinal));
        return start < 0 || end < start ? null : [.. rest[start..end].Split('"', '\'').Where((_, index) => index % 2 == 1)];
    }

    private static string? TryReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Systemd;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>MicroK8s.</summary>
/// <remarks>
/// Its data is in one directory per revision, of which <c>current</c> is a link to the one in use, and in one that all revisions share. Layout:
/// <see href="https://snapcraft.io/docs/reference/operations/data-locations/"/>.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class MicroK8sNode
{
    private const string Data = "/var/snap/microk8s";
    private const string Common = Data + "/common";
    private const string ArgumentsFile = Data + "/current/args/kubelet";

    // Distributions other than Ubuntu mount snaps below the second one.
    private static readonly string[] Mounts = ["/snap/microk8s/current", "/var/lib/snapd/snap/microk8s/current"];

    public static bool IsPresent(NodeTree tree) => tree.IsFile(ArgumentsFile) || tree.IsDirectory($"{Data}/current/args");

    public static NodeDraft Describe(NodeTree tree)
    {
        var revision = Path.GetFileName(tree.ReadLink($"{Data}/current")) ?? "current";
        var description = Mounts.Select(mount => tree.ReadText($"{mount}/meta/snap.yaml")).FirstOrDefault(text => text is not null) ?? "";
        var isStrict = Field(description, "confinement") == "strict";
        var variables = Variables(revision);
        return new NodeDraft
        {
            IsStrictlyConfined = isStrict,
            Version = KubernetesVersion.TryParse(Field(description, "version"), out var version) ? version : null,
            ConfigurationPath = $"{Common}/credential-provider-config.yaml",
            BinDirectory = $"{Common}/bin",
            Flags = [.. KubeletFlag.Find(ReadArguments(tree, variables))],
            FlagPlace = KubeletFlagPlace.ArgumentsFile,
            FlagFile = ArgumentsFile,
            StableVariables = new Dictionary<string, string> { ["SNAP_COMMON"] = Common },
            Service = "snap.microk8s.daemon-kubelite",
            Environment = Environment(tree, variables, revision, isStrict),
        };
    }

    // One flag a line. Quotes are removed and variables expanded: https://github.com/canonical/microk8s
    private static List<(string Text, string File, int Line)> ReadArguments(NodeTree tree, Dictionary<string, string> variables)
    {
        var arguments = new List<(string, string, int)>();
        foreach (var (index, line) in (tree.ReadText(ArgumentsFile) ?? "").Split('\n').Index())
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            text = text.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);
            foreach (var word in Expand(text, variables).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                arguments.Add((word, ArgumentsFile, index + 1));
            }
        }

        return arguments;
    }

    // As os.ExpandEnv of Go: $NAME and ${NAME}.
    private static string Expand(string text, Dictionary<string, string> variables)
    {
        foreach (var (name, value) in variables.OrderByDescending(variable => variable.Key.Length))
        {
            text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal).Replace($"${name}", value, StringComparison.Ordinal);
        }

        return text;
    }

    private static Dictionary<string, string> Variables(string revision) => new(StringComparer.Ordinal)
    {
        ["SNAP"] = $"/snap/microk8s/{revision}",
        ["SNAP_COMMON"] = Common,
        ["SNAP_DATA"] = $"{Data}/{revision}",
        ["SNAP_NAME"] = "microk8s",
        ["SNAP_INSTANCE_NAME"] = "microk8s",
        ["SNAP_REVISION"] = revision,
    };

    private static Dictionary<string, string> Environment(NodeTree tree, Dictionary<string, string> variables, string revision, bool isStrict)
    {
        // snapd's units read it.
        var environment = new Dictionary<string, string>(variables, StringComparer.Ordinal);
        foreach (var assignment in EnvironmentFile.Read(tree.ReadText("/etc/environment") ?? ""))
        {
            environment[assignment.Name] = assignment.Value;
        }

        var snap = variables["SNAP"];
        var triplet = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        environment["PATH"] = $"{snap}/usr/sbin:{snap}/usr/bin:{snap}/sbin:{snap}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        environment["LD_LIBRARY_PATH"] = $"{snap}/lib:{snap}/usr/lib:{snap}/lib/{triplet}:{snap}/usr/lib/{triplet}";
        environment["XDG_RUNTIME_DIR"] = $"{Common}/run";
        if (isStrict)
        {
            environment["HOME"] = $"/root/snap/microk8s/{revision}";
            environment["SNAP_REAL_HOME"] = "/root";
        }

        return environment;
    }

    // A top-level field of one word. The rest of the document is of no interest and large.
    private static string Field(string description, string name)
    {
        var line = description.Split('\n').FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return line is null ? "" : line[(name.Length + 1)..].Trim().Trim('\'', '"');
    }
}

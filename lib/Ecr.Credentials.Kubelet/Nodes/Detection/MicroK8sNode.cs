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
    private const string Name = "microk8s";
    private const string DataDirectory = "/var/snap";

    // Distributions other than Ubuntu mount snaps below the second one.
    private static readonly string[] Mounts = ["/snap", "/var/lib/snapd/snap"];

    public static bool IsPresent(NodeTree tree) => IsInstance(tree, FindInstance(tree));

    public static NodeDraft Describe(NodeTree tree)
    {
        var instance = FindInstance(tree);
        var data = $"{DataDirectory}/{instance}";
        var (common, argumentsFile) = ($"{data}/common", $"{data}/current/args/kubelet");
        var revision = Path.GetFileName(tree.ReadLink($"{data}/current")) ?? "current";
        var description = Mounts.Select(mount => tree.ReadText($"{mount}/{instance}/current/meta/snap.yaml")).FirstOrDefault(text => text is not null) ?? "";
        var isStrict = Field(description, "confinement") == "strict";
        var variables = Variables(instance, revision);
        return new NodeDraft
        {
            IsStrictlyConfined = isStrict,
            Version = KubernetesVersion.TryParse(Field(description, "version"), out var version) ? version : null,
            ConfigurationPath = $"{common}/credential-provider-config.yaml",
            BinDirectory = $"{common}/bin",
            Flags = [.. KubeletFlag.Find(ReadArguments(tree, argumentsFile, variables))],
            FlagPlace = KubeletFlagPlace.ArgumentsFile,
            FlagFile = argumentsFile,
            StableVariables = new Dictionary<string, string> { ["SNAP_COMMON"] = common },
            Service = $"snap.{instance}.daemon-kubelite",
            Environment = Environment(tree, variables, revision, isStrict),
        };
    }

    // A parallel installation has a suffix: https://snapcraft.io/docs/explanation/how-snaps-work/parallel-installs/
    private static string FindInstance(NodeTree tree) =>
        IsInstance(tree, Name) ? Name
        : tree.List(DataDirectory).FirstOrDefault(name => name.StartsWith($"{Name}_", StringComparison.Ordinal) && IsInstance(tree, name)) ?? Name;

    private static bool IsInstance(NodeTree tree, string instance) =>
        tree.IsFile($"{DataDirectory}/{instance}/current/args/kubelet") || tree.IsDirectory($"{DataDirectory}/{instance}/current/args");

    // One flag a line. Quotes are removed and variables expanded: https://github.com/canonical/microk8s
    private static List<(string Text, string File, int Line)> ReadArguments(NodeTree tree, string argumentsFile, Dictionary<string, string> variables)
    {
        var arguments = new List<(string, string, int)>();
        foreach (var (index, line) in (tree.ReadText(argumentsFile) ?? "").Split('\n').Index())
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            text = text.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);
            foreach (var word in Expand(text, variables).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                arguments.Add((word, argumentsFile, index + 1));
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

    // As the system sees them. A parallel installation itself sees the same directories below the snap's own name.
    private static Dictionary<string, string> Variables(string instance, string revision) => new(StringComparer.Ordinal)
    {
        ["SNAP"] = $"/snap/{instance}/{revision}",
        ["SNAP_COMMON"] = $"{DataDirectory}/{instance}/common",
        ["SNAP_DATA"] = $"{DataDirectory}/{instance}/{revision}",
        ["SNAP_NAME"] = Name,
        ["SNAP_INSTANCE_NAME"] = instance,
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
        environment["XDG_RUNTIME_DIR"] = $"{variables["SNAP_COMMON"]}/run";
        if (isStrict)
        {
            environment["HOME"] = $"/root/snap/{variables["SNAP_INSTANCE_NAME"]}/{revision}";
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

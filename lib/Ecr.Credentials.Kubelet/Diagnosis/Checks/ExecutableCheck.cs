using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Planning;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the kubelet can execute the plugin.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ExecutableCheck : NodeCheck
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const string UnknownArchitecture = "this machine";

    // Whatever they are made for is what the node is.
    private static readonly string[] Programs = ["/bin/sh", "/sbin/init", "/usr/bin/kubelet"];

    public override string Id => "executable";

    public override string Title => "plugin can be executed";

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    /// <summary>The plugin: the file that the configuration names, or else one that looks like it; null if there is neither.</summary>
    public static string? FindPath(DiagnosisContext context)
    {
        var directory = context.Layout!.BinDirectory;
        var name = context.Provider?.Name ?? DesiredProvider.Name;
        return NodeFileStatus.IsPath(name) && context.Layout.Tree.Exists($"{directory}/{name}")
            ? $"{directory}/{name}"
            : context.Layout.Tree.List(directory)
                .Where(file => file.StartsWith("ecr-", StringComparison.Ordinal) && !file.EndsWith(".ecr-backup", StringComparison.Ordinal))
                .Select(file => $"{directory}/{file}")
                .FirstOrDefault();
    }

    private DiagnosisCheck Run(DiagnosisContext context)
    {
        var layout = context.Layout!;
        var tree = layout.Tree;
        if (!tree.IsDirectory(layout.BinDirectory))
        {
            return Fail($"the bin directory \"{layout.BinDirectory}\" does not exist", "create it and install ecr-credential-provider in it");
        }

        if (FindPath(context) is not { } path)
        {
            return Fail($"no plugin in \"{layout.BinDirectory}\"", $"install it as \"{layout.BinDirectory}/{context.Provider?.Name ?? DesiredProvider.Name}\"");
        }

        if (tree.Status(path) is not { IsRegularFile: true } status)
        {
            return Fail($"\"{path}\" is not a file", "put the executable itself there, not the directory of the unpacked archive");
        }

        return Inspect(context, path) ?? InspectPlace(context, path) ?? InspectMode(path, status)
            ?? Ok($"{path}, {Mode(status.Mode)}, owner {(status.Owner == 0 ? "root" : status.Owner.ToString(CultureInfo.InvariantCulture))}");
    }

    private DiagnosisCheck? Inspect(DiagnosisContext context, string path)
    {
        var file = ProgramFile.Read(context.HostPath(path));
        var remedy = $"install the executable for {ArchitectureOf(context)} again: download it, compare its checksum, and unpack the archive";
        switch (file.Kind)
        {
            case ProgramKind.Empty:
                return Fail($"\"{path}\" is empty: its download or copy was interrupted", remedy);
            case ProgramKind.Archive:
                return Fail($"\"{path}\" is the packed archive, not the executable in it", "unpack it with \"tar -xzf\" and install the executable");
            case ProgramKind.Unknown:
                return Fail($"\"{path}\" is not an executable of Linux, perhaps a page with an error message", remedy);
            case ProgramKind.Truncated:
                return Fail($"\"{path}\" is cut off: it has {file.Length} bytes of at least {file.ExpectedLength}", remedy);
            case ProgramKind.Script:
                break;
            default:
                var expected = ArchitectureOf(context);
                if (expected != UnknownArchitecture && file.Architecture != expected)
                {
                    return Fail($"\"{path}\" is for {file.Architecture}, but the node is {expected}", remedy);
                }

                // Of another C library, as a build for glibc on Alpine is. A confined snap has a file system of its own.
                if (file.Loader is ['/', ..] loader && context.Layout!.Tree.IsOwn && !context.Layout.IsStrictlyConfined && !File.Exists(loader))
                {
                    return Fail(
                        $"\"{path}\" does not start: the node has no \"{loader}\", its dynamic loader",
                        "install a build for the C library of this node, glibc or musl");
                }

                break;
        }

        return context.Layout!.Tree.Status(path) is { } status && (status.Mode & Execute) == 0
            ? Fail($"\"{path}\" has mode {Mode(status.Mode)}, which does not allow to execute it", $"run \"chmod 755 {path}\"")
            : null;
    }

    private DiagnosisCheck? InspectPlace(DiagnosisContext context, string path)
    {
        if (context.Layout!.IsStrictlyConfined && !path.StartsWith("/var/snap/microk8s", StringComparison.Ordinal))
        {
            return Fail(
                $"\"{path}\" is outside of /var/snap/microk8s, where the strictly confined snap executes nothing",
                "move the bin directory to /var/snap/microk8s/common/bin");
        }

        return context.IsThisNode && MountTable.Find(context.Options.MountFile, context.HostPath(path)) is { IsNoExec: true } mount
            ? Fail($"\"{mount.Path}\", where the plugin is, is mounted with noexec", $"run \"mount -o remount,exec {mount.Path}\", or move the bin directory")
            : null;
    }

    private DiagnosisCheck? InspectMode(string path, NodeFileStatus status)
    {
        if (status.Owner != 0 && status.Owner != LibC.GetEffectiveUserId())
        {
            return Warn($"\"{path}\" belongs to user {status.Owner}, who can replace what the kubelet runs as root", $"run \"chown root:root {path}\"");
        }

        return status.Mode.HasFlag(UnixFileMode.OtherWrite) || (status.Mode.HasFlag(UnixFileMode.GroupWrite) && status.Group != 0)
            ? Warn($"\"{path}\" has mode {Mode(status.Mode)}: other users can replace what the kubelet runs as root", $"run \"chmod 755 {path}\"")
            : null;
    }

    private static string ArchitectureOf(DiagnosisContext context)
    {
        if (context.IsThisNode)
        {
            return ProgramFile.MachineArchitecture ?? UnknownArchitecture;
        }

        var tree = context.Layout!.Tree;
        return Programs.Where(tree.IsFile)
            .Select(path => ProgramFile.Read(tree.HostPath(path)).Architecture).FirstOrDefault(architecture => architecture is not null) ?? UnknownArchitecture;
    }

    private static string Mode(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}

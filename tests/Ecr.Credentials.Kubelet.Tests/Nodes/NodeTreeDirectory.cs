using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

/// <summary>The file system of a node in a temporary directory, built from a description.</summary>
/// <remarks>
/// A description has a line <c>--- PATH [MODE]</c> for each file, with the content below it, <c>--- LINK -> TARGET</c> for a link, and a path that ends in a
/// slash for a directory.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class NodeTreeDirectory : IDisposable
{
    public static readonly string[] All =
    [
        "microk8s-1.25", "microk8s-1.28", "microk8s-1.34", "microk8s-1.34-strict", "k3s", "k3s-agent", "rke2", "kubeadm-debian", "kubeadm-fedora", "systemd",
        "k0s", "eks-al2023", "eks-hybrid", "talos", "bottlerocket",
    ];

    /// <summary>The trees in which files are written.</summary>
    public static readonly string[] Writable = [.. All.Except(["talos", "bottlerocket"])];

    private const string Header = "--- ";
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private NodeTreeDirectory()
    {
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("ecr-node-").FullName;

    public static NodeTreeDirectory Create(string name) =>
        Describe(File.ReadAllText(System.IO.Path.Combine(TestContext.CurrentContext.TestDirectory, "Nodes", "Trees", $"{name}.tree")));

    public static NodeTreeDirectory Describe(string description)
    {
        var directory = new NodeTreeDirectory();
        directory.Add(["/var/lib/"], "");
        foreach (var entry in $"\n{description}".Split($"\n{Header}").Skip(1))
        {
            var lineEnd = entry.IndexOf('\n', StringComparison.Ordinal);
            var header = (lineEnd < 0 ? entry : entry[..lineEnd]).Split(' ');

            // The line break before the next header belongs to the file.
            var content = lineEnd < 0 || lineEnd == entry.Length - 1 ? "" : entry[(lineEnd + 1)..].TrimEnd('\n') + "\n";
            directory.Add(header, content);
        }

        return directory;
    }

    public string Path(string path) => Root + path;

    public string Read(string path) => File.ReadAllText(Path(path));

    public void Write(string path, string content, UnixFileMode mode = Readable)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(path))!);
        File.WriteAllText(Path(path), content);
        File.SetUnixFileMode(Path(path), mode);
    }

    public void Edit(string path, Func<string, string> edit) => File.WriteAllText(Path(path), edit(Read(path)));

    /// <summary>Everything in the tree: paths with mode and content, the target of a link, or nothing for a directory.</summary>
    public SortedDictionary<string, string> Snapshot()
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            entries[entry.FullName[Root.Length..]] = entry switch
            {
                { LinkTarget: { } target } => $"-> {target}",
                DirectoryInfo => $"directory {entry.UnixFileMode}",
                _ => $"{entry.UnixFileMode}\n{Convert.ToHexString(File.ReadAllBytes(entry.FullName))}",
            };
        }

        return entries;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Add(string[] header, string content)
    {
        var path = Path(header[0]);
        if (header[0].EndsWith('/'))
        {
            Directory.CreateDirectory(path);
        }
        else if (header is [_, "->", var target])
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.CreateSymbolicLink(path, target);
        }
        else
        {
            Write(header[0], content, header.Length > 1 ? (UnixFileMode)Convert.ToInt32(header[1], 8) : Readable);
        }
    }
}

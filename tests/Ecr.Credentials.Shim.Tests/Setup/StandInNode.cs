using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Tests.Nodes;

namespace Ecr.Credentials.Shim.Tests.Setup;

/// <summary>
/// This machine with the files of a node laid over its own, and programs that stand in for the kubelet and those that manage it. What runs here sees a
/// node as its own; nothing outside is changed.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class StandInNode : IAsyncDisposable
{
    // Copies of the files are in memory: the directory for changes cannot be on a file system that is an overlay itself, as in a container.
    private const string Mount = """
        set -e
        mount -t tmpfs tmpfs "$1"
        cd "$1"
        mkdir upper work root
        cp -a "$2/." upper
        mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
        mkdir -p root/run root/opt
        for directory in proc dev; do mount --rbind "/$directory" "root/$directory"; done
        mount -t tmpfs tmpfs root/run
        """;

    private const string Unmount = """
        [ ! -e "$1/root/run/kubelet.pid" ] || kill -9 $(cat "$1/root/run/kubelet.pid") 2>/dev/null || true
        umount --recursive --lazy "$1"
        """;

    private const string Programs = "/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly string _directory = Directory.CreateTempSubdirectory("ecr-stand-in-").FullName;

    private StandInNode()
    {
    }

    private string Root => $"{_directory}/root";

    /// <summary>The names that the kubelet was restarted with, in their order.</summary>
    public IReadOnlyList<string> Restarts => File.ReadAllLines(Path("/run/kubelet-restarts"));

    public static async Task<StandInNode> StartAsync(string tree, string service)
    {
        var node = new StandInNode();
        using var files = NodeTreeDirectory.Create(tree);
        Assert.That(await RunOutsideAsync(Mount, node._directory, files.Root), Is.Zero);
        var standIns = System.IO.Path.Combine(TestContext.CurrentContext.TestDirectory, "Setup", "StandIns");
        foreach (var (name, path) in new[]
            {
                ("snap", "/usr/bin/snap"), ("systemctl", "/usr/bin/systemctl"), ("journalctl", "/usr/bin/journalctl"), ("kubelet", "/opt/kubelet"),
                ("restart-kubelet", "/opt/restart-kubelet"),
            })
        {
            node.Install(System.IO.Path.Combine(standIns, name), path);
        }

        node.Install(ShimProgram.Path, "/opt/validator");
        node.Install(ShimProgram.Path, "/opt/ecr-credential-provider");
        File.Delete(node.Path("/etc/resolv.conf"));
        node.Write("/etc/resolv.conf", "nameserver 127.0.0.53\n");
        node.Write("/etc/environment", $"PATH={Programs}\n");
        await node.ShellAsync(service);
        return node;
    }

    public string Path(string path) => Root + path;

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(path))!);
        File.WriteAllText(Path(path), text);
    }

    public void Edit(string path, string old, string replacement)
    {
        var text = File.ReadAllText(Path(path));
        Assert.That(text, Does.Contain(old));
        File.WriteAllText(Path(path), text.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>Runs the executable on the node, as a person with an almost empty environment does.</summary>
    public async Task<ShimResult> RunAsync(params string[] arguments) => new(await StartAsync("/opt/ecr-credential-provider", arguments));

    /// <summary>Runs a command line on the node.</summary>
    public async Task ShellAsync(string command)
    {
        var result = await StartAsync("/bin/sh", "-c", command);
        Assert.That(result.ExitCode, Is.Zero, $"{command}\n{Encoding.UTF8.GetString(result.StandardOutput.Span)}{result.StandardError}");
    }

    /// <summary>Everything that was changed on the node, except for what programs keep while they run.</summary>
    public SortedDictionary<string, string> Snapshot()
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in new DirectoryInfo($"{_directory}/upper").EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var content = file is FileInfo { LinkTarget: null } ? Convert.ToHexString(File.ReadAllBytes(file.FullName)) : file.LinkTarget ?? "";
            entries[file.FullName[_directory.Length..]] = string.Create(CultureInfo.InvariantCulture, $"{file.UnixFileMode} {content}");
        }

        entries.Remove("/upper/var/log/kubelet.log");
        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        await RunOutsideAsync(Unmount, _directory);
        Directory.Delete(_directory);
    }

    private Task<PluginResult> StartAsync(string program, params string[] arguments) => PluginProcess.RunAsync(
        "/usr/sbin/chroot",
        [Root, program, .. arguments],
        new Dictionary<string, string> { ["PATH"] = Programs, ["HOME"] = "/root" },
        ReadOnlyMemory<byte>.Empty,
        TimeSpan.FromMinutes(3));

    private static async Task<int> RunOutsideAsync(string script, params string[] arguments)
    {
        var result = await PluginProcess.RunAsync(
            "/bin/sh", ["-c", script, "sh", .. arguments], new Dictionary<string, string> { ["PATH"] = Programs }, ReadOnlyMemory<byte>.Empty);
        await TestContext.Out.WriteAsync(result.StandardError);
        return result.ExitCode;
    }

    private void Install(string file, string path)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(path))!);
        File.Copy(file, Path(path), overwrite: true);
        File.SetUnixFileMode(Path(path), (UnixFileMode)0b111_101_101);
    }
}

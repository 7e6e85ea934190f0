using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim.Tests.Nodes;

/// <summary>
/// A copy of a node's root file system with a release executable in it, which runs as the node's kubelet would run it. It has this machine's /dev, /proc
/// and /sys if it has such directories.
/// </summary>
internal sealed class Node : IDisposable
{
    private const string Executable = "/usr/local/bin/ecr-credential-provider";

    // In a new mount namespace, whose mounts end with it. The page cache is dropped so that the executable's pages are charged to the
    // control group.
    private const string Enter = """
        set -e
        root=$1 mode=$2 group=$3 executable=$4
        shift 4
        if [ -n "$group" ]; then
            dd of="$root$executable" oflag=nocache conv=notrunc,fdatasync count=0 status=none
            echo $$ >"$group/cgroup.procs"
        fi
        mount --bind "$root" "$root"
        for directory in dev proc sys; do
            if [ -d "$root/$directory" ]; then mount --rbind "/$directory" "$root/$directory"; fi
        done
        mount -o "remount,bind,$mode" "$root"
        exec "$@"
        """;

    private readonly DirectoryInfo _root;
    private readonly string[] _emulation;

    /// <param name="name">A subdirectory of the one named by <c>ECR_CREDENTIAL_PROVIDER_NODES</c>.</param>
    public Node(string name)
    {
        var isArm = name.EndsWith("-arm64", StringComparison.Ordinal);
        _emulation = isArm && RuntimeInformation.OSArchitecture != Architecture.Arm64 ? ["/qemu-aarch64-static"] : [];
        _root = new DirectoryInfo(Path.Combine(Nodes!, $"{name}-{Guid.NewGuid():N}"));

        // Hard links instead of copies; see Prepare.
        Start("cp", "--archive", "--link", Path.Combine(Nodes!, name), _root.FullName);
        Copy(Path.Combine(Release!, $"ecr-credential-provider-linux-{(isArm ? "arm64" : "amd64")}"), Executable);
        Write("/etc/hosts", "127.0.0.1 localhost\n");
    }

    /// <summary>The user and group that the executable runs as.</summary>
    public int User { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>The directory of the control group that the executable runs in.</summary>
    public string ControlGroup { get; init; } = "";

    private static string? Nodes { get; } = Environment.GetEnvironmentVariable("ECR_CREDENTIAL_PROVIDER_NODES");

    private static string? Release { get; } = Environment.GetEnvironmentVariable("ECR_CREDENTIAL_PROVIDER_RELEASE");

    public void Write(string path, string text) => File.WriteAllText(Prepare(path), text);

    /// <summary>Runs the executable with these variables and no others.</summary>
    public Task<PluginResult> RunAsync(ReadOnlyMemory<byte> input, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        PluginProcess.RunAsync(
            "/usr/bin/unshare",
            [
                "--mount", "/bin/sh", "-c", Enter, "sh", _root.FullName, IsReadOnly ? "ro" : "rw", ControlGroup, Executable,
                "/usr/bin/env", "--ignore-environment", .. environment.Select(variable => $"{variable.Key}={variable.Value}"),
                "/usr/sbin/chroot", $"--userspec={User}:{User}", _root.FullName, .. _emulation, Executable, .. arguments,
            ],
            new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" },
            input);

    public void Dispose() => _root.Delete(recursive: true);

    private void Copy(string file, string path) => File.Copy(file, Prepare(path));

    // Files are hard links to the originals: they are replaced, never written to.
    private string Prepare(string path)
    {
        var file = Path.Join(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Delete(file);
        return file;
    }

    private static void Start(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }
}

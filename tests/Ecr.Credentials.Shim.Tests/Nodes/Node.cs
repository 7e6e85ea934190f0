using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim.Tests.Nodes;

/// <summary>A copy of a node's root file system with an executable of the release in it, entered as a kubelet on that node would run it.</summary>
internal sealed class Node : IDisposable
{
    private const string Executable = "/usr/local/bin/ecr-credential-provider";

    // In a mount namespace of its own, which takes the mounts away with it. A control group is to count the executable too, which the cache
    // therefore has to forget.
    private const string Enter = """
        set -e
        root=$1 mode=$2 group=$3 executable=$4
        shift 4
        if [ -n "$group" ]; then
            dd of="$root$executable" oflag=nocache conv=notrunc,fdatasync count=0 status=none
            echo $$ >"$group/cgroup.procs"
        fi
        mount --bind "$root" "$root"
        for folder in dev proc sys; do mount --rbind "/$folder" "$root/$folder"; done
        mount -o "remount,bind,$mode" "$root"
        exec "$@"
        """;

    private readonly DirectoryInfo _root;
    private readonly string[] _emulation;

    /// <param name="name">A folder in what the variable <c>ECR_CREDENTIAL_PROVIDER_NODES</c> names.</param>
    public Node(string name)
    {
        var isArm = name.EndsWith("-arm64", StringComparison.Ordinal);
        _emulation = isArm && RuntimeInformation.OSArchitecture != Architecture.Arm64 ? ["/qemu-aarch64-static"] : [];
        _root = new DirectoryInfo(Path.Combine(Nodes!, $"{name}-{Guid.NewGuid():N}"));

        // Links instead of copies; see Write.
        Start("cp", "--archive", "--link", Path.Combine(Nodes!, name), _root.FullName);
        Copy(Path.Combine(Release!, $"ecr-credential-provider-linux-{(isArm ? "arm64" : "amd64")}"), Executable);
        Write("/etc/hosts", "127.0.0.1 localhost\n");
    }

    /// <summary>The user and group that the executable runs as.</summary>
    public int User { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>The folder of a control group that the executable runs in.</summary>
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

    // A file of the copy is a link to that of the original: it is replaced, never written to.
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

using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Nodes;

/// <summary>A control group with a memory limit and no swap; a process that exceeds it is killed.</summary>
/// <remarks>https://docs.kernel.org/admin-guide/cgroup-v1/memory.html, https://docs.kernel.org/admin-guide/cgroup-v2.html</remarks>
internal sealed class MemoryLimit : IDisposable
{
    // Version 1 has a separate hierarchy for memory.
    private static readonly bool IsVersion1 = Directory.Exists("/sys/fs/cgroup/memory");

    private readonly DirectoryInfo _group;

    public MemoryLimit(long bytes)
    {
        _group = Directory.CreateDirectory($"/sys/fs/cgroup/{(IsVersion1 ? "memory/" : "")}ecr-credential-provider-{Guid.NewGuid():N}");
        Write(IsVersion1 ? "memory.limit_in_bytes" : "memory.max", bytes);
        Write(IsVersion1 ? "memory.swappiness" : "memory.swap.max", 0);
    }

    public string ControlGroup => _group.FullName;

    /// <summary>The peak memory use in bytes.</summary>
    public long Peak => long.Parse(
        File.ReadAllText(Path.Combine(ControlGroup, IsVersion1 ? "memory.max_usage_in_bytes" : "memory.peak")), CultureInfo.InvariantCulture);

    /// <summary>Runs the executable within the limit.</summary>
    /// <param name="environment">The whole environment of the process.</param>
    /// <param name="input">The text on stdin.</param>
    /// <param name="directory">The working directory.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="redirection">Redirections of a shell.</param>
    public async Task<ShimResult> RunAsync(
        IReadOnlyDictionary<string, string> environment, string input, string directory, string[] arguments, string redirection = "") =>
        new(await PluginProcess.RunAsync(
            "/bin/bash",
            ["-c", $"echo $$ >'{ControlGroup}/cgroup.procs'; exec \"$0\" \"$@\" {redirection}", Path.GetFullPath(ShimProgram.Path), .. arguments],
            environment,
            Encoding.UTF8.GetBytes(input),
            directory: directory));

    // The kernel removes the files in it.
    public void Dispose() => _group.Delete();

    private void Write(string file, long value) =>
        File.WriteAllText(Path.Combine(ControlGroup, file), value.ToString(CultureInfo.InvariantCulture));
}

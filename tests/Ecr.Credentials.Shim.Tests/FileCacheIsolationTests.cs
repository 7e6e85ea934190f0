using System.Runtime.Versioning;
using System.Text;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>
/// Passwords in files on disks that are full or read-only, and beside other users. Only root can arrange that, on Linux, and only the native executable
/// can be handed to another user: elsewhere there is nothing to test.
/// </summary>
[UnsupportedOSPlatform("windows")]
[Requires(Requirement.PrivilegedLinux)]
[Requires(Requirement.NativeExecutable)]
public sealed class FileCacheIsolationTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Nobody = "65534";

    // Full; without room for the lock; with room for the lock, but not for the password; read-only.
    private static readonly string[] Disks =
    [
        "mount -t tmpfs -o size=4k,mode=0700 tmpfs $0 && head -c 4096 /dev/zero >$0/filler",
        "mount -t tmpfs -o nr_inodes=1,mode=0700 tmpfs $0",
        "mount -t tmpfs -o nr_inodes=2,mode=0700 tmpfs $0",
        "mount -t tmpfs -o size=4k,mode=0700 tmpfs $0 && mount -o remount,ro $0",
    ];

    private static readonly string[] Roots = ["mount -t tmpfs tmpfs /run"];

    private static readonly string[] Users = [Nobody];

    private string Folder => Path.Combine(Home, "passwords");

    [TestCaseSource(nameof(Disks))]
    public async Task A_full_disk_disables_only_the_cache(string mount)
    {
        Directory.CreateDirectory(Folder);

        // In a mount namespace of its own, which ends with the process: the second run finds the disk that the first one left.
        var script = $"set -e; {mount}; \"$@\" <$0.in; \"$@\" <$0.in; cd $0; ls";
        await File.WriteAllTextAsync(Folder + ".in", Host);
        var result = new ShimResult(await PluginProcess.RunAsync(
            "/usr/bin/unshare",
            ["--mount", "sh", "-c", script, Folder, ShimProgram.Path, "docker", "get", "--cache-dir", Folder],
            Complete(Emulator.Environment()),
            ReadOnlyMemory<byte>.Empty));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[..2], Is.All.Contain($"\"Secret\":\"{Emulator.Token}\""));
        Assert.That(lines[2..], Has.All.Match(@"^(filler|ecr-token-[0-9a-f]{16}\.lock)$"));
        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [TestCaseSource(nameof(Users))]
    public async Task A_directory_of_another_user_is_not_used(string user)
    {
        var (folder, executable) = MakePublic();
        await GetAsRootAsync(executable, folder);
        var before = Directory.GetFiles(folder);

        var result = await GetAsync(user, executable, folder);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")), result.Output);
        Assert.That(result.Output, Does.Contain(Emulator.Token));
        Assert.That(TokenRequests, Has.Count.EqualTo(2));
        Assert.That(Directory.GetFiles(folder), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Root_uses_no_password_of_another_users_directory(string user)
    {
        var (folder, executable) = MakePublic();
        await GetAsync(user, executable, folder);
        Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(2));

        await GetAsRootAsync(executable, folder);

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Root_uses_no_password_of_another_users_file(string user)
    {
        var (folder, executable) = MakePublic();
        await GetAsRootAsync(executable, folder);
        var token = Directory.GetFiles(folder).Single(path => Path.GetExtension(path).Length == 0);
        await RunToolAsync("chown", user, token);

        await GetAsRootAsync(executable, folder);
        await GetAsRootAsync(executable, folder);

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Concurrent_users_each_make_their_own_call(string user)
    {
        var (folder, executable) = MakePublic();

        var results = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? GetAsync("0", executable, folder) : GetAsync(user, executable, folder)));

        Assert.That(results.Select(result => result.Output), Is.All.Contain(Emulator.Token));
        Assert.That(results.Select(result => result.Error), Is.All.Empty);

        // Whose folder it became asks once; the others have none.
        Assert.That(TokenRequests, Has.Count.EqualTo(26));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Without_a_directory_in_memory_the_users_cache_directory_is_used(string user)
    {
        var (folder, executable) = MakePublic();
        var home = Path.GetDirectoryName(folder)!;
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["HOME"] = home, ["XDG_RUNTIME_DIR"] = Home };

        await RunAsAsync(user, executable, variables, "docker", "get");
        Assert.That(Directory.Exists(Path.Combine(home, ".cache", "ecr-credential-provider")), Is.True, "the folder in memory is another user's");

        variables["XDG_CACHE_HOME"] = Path.Combine(home, "elsewhere");
        await RunAsAsync(user, executable, variables, "docker", "get");
        Assert.That(Directory.Exists(Path.Combine(home, "elsewhere", "ecr-credential-provider")), Is.True);
    }

    [TestCaseSource(nameof(Roots))]
    public async Task Root_keeps_passwords_in_run(string mount)
    {
        var script = $"set -e; {mount}; echo {Host} | \"$0\" docker get; ls /run/ecr-credential-provider";
        var variables = Complete(Emulator.Environment());
        variables.Remove("XDG_RUNTIME_DIR");

        var result = new ShimResult(await PluginProcess.RunAsync(
            "/usr/bin/unshare", ["--mount", "sh", "-c", script, ShimProgram.Path], variables, ReadOnlyMemory<byte>.Empty));

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Contain(Emulator.Token).And.Contain("ecr-token-"));
    }

    // A place that every user can reach, and a folder in it that is not there yet.
    private (string Folder, string Executable) MakePublic()
    {
        var place = Directory.CreateDirectory(Path.Combine(Home, "public"));
        File.SetUnixFileMode(Home, (UnixFileMode)0b111_001_001);
        File.SetUnixFileMode(place.FullName, (UnixFileMode)0b111_111_111);
        var executable = Path.Combine(place.FullName, "ecr-credential-provider");
        File.Copy(ShimProgram.Path, executable);
        File.SetUnixFileMode(executable, (UnixFileMode)0b111_101_101);
        return (Path.Combine(place.FullName, "passwords"), executable);
    }

    private async Task GetAsRootAsync(string executable, string folder)
    {
        var result = await GetAsync("0", executable, folder);
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")), result.Output);
        Assert.That(result.Output, Does.Contain(Emulator.Token));
    }

    private Task<ShimResult> GetAsync(string user, string executable, string folder) =>
        RunAsAsync(user, executable, Emulator.Environment(), "docker", "get", "--cache-dir", folder);

    private async Task<ShimResult> RunAsAsync(string user, string executable, IReadOnlyDictionary<string, string> variables, params string[] arguments) =>
        new(await PluginProcess.RunAsync(
            "/usr/bin/setpriv",
            ["--reuid", user, "--regid", user, "--clear-groups", executable, .. arguments],
            Complete(variables),
            Encoding.UTF8.GetBytes(Host)));

    private async Task RunToolAsync(string tool, params string[] arguments)
    {
        var result = await PluginProcess.RunAsync(tool, arguments, Complete(new Dictionary<string, string>()), ReadOnlyMemory<byte>.Empty);
        Assert.That(result.ExitCode, Is.Zero, result.StandardError);
    }
}

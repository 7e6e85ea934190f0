using System.Runtime.Versioning;
using System.Text;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>
/// Cached passwords on full or read-only disks, and next to those of other users. The setup requires root on Linux, and only the native executable can
/// run as another user; elsewhere the tests are skipped.
/// </summary>
[UnsupportedOSPlatform("windows")]
[Requires(Requirement.PrivilegedLinux)]
[Requires(Requirement.NativeExecutable)]
public sealed class FileCacheIsolationTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Nobody = "65534";

    // Full; no inode for the lock; an inode for the lock but none for the password; read-only.
    private static readonly string[] Disks =
    [
        "mount -t tmpfs -o size=4k,mode=0700 tmpfs $0 && head -c 4096 /dev/zero >$0/filler",
        "mount -t tmpfs -o nr_inodes=1,mode=0700 tmpfs $0",
        "mount -t tmpfs -o nr_inodes=2,mode=0700 tmpfs $0",
        "mount -t tmpfs -o size=4k,mode=0700 tmpfs $0 && mount -o remount,ro $0",
    ];

    private static readonly string[] Roots = ["mount -t tmpfs tmpfs /run"];

    private static readonly string[] Users = [Nobody];

    private string CacheDirectory => Path.Combine(Home, "passwords");

    [TestCaseSource(nameof(Disks))]
    public async Task A_full_disk_disables_only_the_cache(string mount)
    {
        Directory.CreateDirectory(CacheDirectory);

        // In a new mount namespace, which ends with the process: the second run uses the disk as the first one left it.
        var script = $"set -e; {mount}; \"$@\" <$0.in; \"$@\" <$0.in; cd $0; ls";
        await File.WriteAllTextAsync(CacheDirectory + ".in", Host);
        var result = new ShimResult(await PluginProcess.RunAsync(
            "/usr/bin/unshare",
            ["--mount", "sh", "-c", script, CacheDirectory, ShimProgram.Path, "docker", "get", "--cache-dir", CacheDirectory],
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
        var (directory, executable) = MakePublic();
        await GetAsRootAsync(executable, directory);
        var before = Directory.GetFiles(directory);

        var result = await GetAsync(user, executable, directory);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")), result.Output);
        Assert.That(result.Output, Does.Contain(Emulator.Token));
        Assert.That(TokenRequests, Has.Count.EqualTo(2));
        Assert.That(Directory.GetFiles(directory), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Root_ignores_passwords_in_another_users_directory(string user)
    {
        var (directory, executable) = MakePublic();
        await GetAsync(user, executable, directory);
        Assert.That(Directory.GetFiles(directory), Has.Length.EqualTo(2));

        await GetAsRootAsync(executable, directory);

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Root_ignores_a_password_in_another_users_file(string user)
    {
        var (directory, executable) = MakePublic();
        await GetAsRootAsync(executable, directory);
        var token = Directory.GetFiles(directory).Single(path => Path.GetExtension(path).Length == 0);
        await RunToolAsync("chown", user, token);

        await GetAsRootAsync(executable, directory);
        await GetAsRootAsync(executable, directory);

        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Concurrent_users_each_make_their_own_call(string user)
    {
        var (directory, executable) = MakePublic();

        var results = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? GetAsync("0", executable, directory) : GetAsync(user, executable, directory)));

        Assert.That(results.Select(result => result.Output), Is.All.Contain(Emulator.Token));
        Assert.That(results.Select(result => result.Error), Is.All.Empty);

        // The user who owns the directory makes one call; the other has no cache.
        Assert.That(TokenRequests, Has.Count.EqualTo(26));
    }

    [TestCaseSource(nameof(Users))]
    public async Task Without_a_runtime_directory_the_users_cache_directory_is_used(string user)
    {
        var (directory, executable) = MakePublic();
        var home = Path.GetDirectoryName(directory)!;
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["HOME"] = home, ["XDG_RUNTIME_DIR"] = Home };

        await RunAsAsync(user, executable, variables, "docker", "get");
        Assert.That(Directory.Exists(Path.Combine(home, ".cache", "ecr-credential-provider")), Is.True, "the runtime directory belongs to another user");

        variables["XDG_CACHE_HOME"] = Path.Combine(home, "elsewhere");
        await RunAsAsync(user, executable, variables, "docker", "get");
        Assert.That(Directory.Exists(Path.Combine(home, "elsewhere", "ecr-credential-provider")), Is.True);
    }

    [TestCaseSource(nameof(Roots))]
    public async Task Root_caches_passwords_in_run(string mount)
    {
        var script = $"set -e; {mount}; echo {Host} | \"$0\" docker get; ls /run/ecr-credential-provider";
        var variables = Complete(Emulator.Environment());
        variables.Remove("XDG_RUNTIME_DIR");

        var result = new ShimResult(await PluginProcess.RunAsync(
            "/usr/bin/unshare", ["--mount", "sh", "-c", script, ShimProgram.Path], variables, ReadOnlyMemory<byte>.Empty));

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Contain(Emulator.Token).And.Contain("ecr-token-"));
    }

    // Returns a cache directory that does not exist yet, in a location that every user can access.
    private (string Directory, string Executable) MakePublic()
    {
        var place = Directory.CreateDirectory(Path.Combine(Home, "public"));
        File.SetUnixFileMode(Home, (UnixFileMode)0b111_001_001);
        File.SetUnixFileMode(place.FullName, (UnixFileMode)0b111_111_111);
        var executable = Path.Combine(place.FullName, "ecr-credential-provider");
        File.Copy(ShimProgram.Path, executable);
        File.SetUnixFileMode(executable, (UnixFileMode)0b111_101_101);
        return (Path.Combine(place.FullName, "passwords"), executable);
    }

    private async Task GetAsRootAsync(string executable, string directory)
    {
        var result = await GetAsync("0", executable, directory);
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")), result.Output);
        Assert.That(result.Output, Does.Contain(Emulator.Token));
    }

    private Task<ShimResult> GetAsync(string user, string executable, string directory) =>
        RunAsAsync(user, executable, Emulator.Environment(), "docker", "get", "--cache-dir", directory);

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

using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>
/// Lets system calls of a fetch fail: it ends in time with a credential, or with one line and an exit code; never with a signal or a stack trace.
/// </summary>
/// <remarks>
/// Calls before the deadline is armed, the first thing that the program does, are the loader's and the runtime's, which abort where they fail.
/// </remarks>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
[Requires(Requirement.StaticOpenSsl)]
[Requires(Requirement.Strace)]
public sealed partial class SystemCallFaultTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Prefix = "ecr-credential-provider: ";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // Interpreting the machine's load; the deadline itself is tested elsewhere.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // Errors that Linux documents for the call, and those of file systems and filters of system calls.
    private static readonly (string Call, string[] Errors)[] Faults =
    [
        ("openat", ["EACCES", "EMFILE", "ENFILE", "EIO", "EINTR"]),
        ("read", ["EIO", "EINTR"]),
        ("pread64", ["EIO"]),
        ("write", ["EIO", "ENOSPC", "EINTR", "EAGAIN"]),
        ("pwrite64", ["ENOSPC", "EIO", "EFBIG"]),
        ("close", ["EIO", "EINTR"]),
        ("fstat,newfstatat,stat,lstat,statx", ["EIO", "EACCES", "ENOMEM"]),
        ("access,readlink,getcwd,lseek,ioctl", ["EIO", "EACCES"]),
        ("mkdirat,renameat,unlinkat,utimensat", ["ENOSPC", "EROFS", "EACCES", "EIO"]),
        ("flock", ["ENOLCK", "EIO", "EINTR"]),
        ("fcntl", ["EMFILE", "EINTR"]),
        ("getdents64", ["EIO", "ENOMEM"]),
        ("socket", ["EMFILE", "ENFILE", "ENOMEM", "EACCES"]),
        ("connect", ["EACCES", "ECONNREFUSED", "EINTR", "EAGAIN"]),
        ("setsockopt,getsockopt,getpeername", ["ENOMEM", "ENOTCONN"]),
        ("sendto", ["ENOMEM", "EPIPE", "EINTR"]),
        ("recvfrom", ["ENOMEM", "ECONNRESET", "EINTR"]),
        ("poll", ["ENOMEM", "EINTR"]),
        ("epoll_create1,epoll_ctl", ["EMFILE", "ENOMEM"]),
        ("epoll_wait", ["EINTR"]),
        ("pipe2", ["EMFILE", "ENFILE"]),
        ("clone3,vfork", ["EAGAIN", "ENOMEM"]),
        ("execve", ["EACCES", "ENOMEM", "EIO"]),
        ("dup2,wait4,waitid", ["EINTR"]),
        ("mmap,mprotect,madvise,munmap,brk", ["ENOMEM"]),
        ("getrandom", ["ENOSYS", "EIO", "EINTR"]),
        ("setitimer,rt_sigprocmask,uname,getrusage,sched_getaffinity,prctl,prlimit64", ["EPERM"]),
    ];

    private static IEnumerable<TestCaseData> Cases() =>
        from mode in (string[])["plugin over TLS with a cache", "docker helper", "plugin with credential_process"]
        from fault in Faults
        select new TestCaseData(mode, fault.Call.Split(','), fault.Errors).SetArgDisplayNames(mode, fault.Call);

    [TestCaseSource(nameof(Cases))]
    public async Task A_fetch_ends_with_a_credential_or_with_one_line(string mode, string[] calls, string[] errors)
    {
        var (result, trace) = await TraceAsync(mode, "-e", "trace=all");
        Assert.That(IsAnswer(mode, result), Is.True, result.Error);
        foreach (var call in calls)
        {
            var (first, last) = CountCalls(trace, call);
            foreach (var error in last == 0 ? [] : errors)
            {
                // An interrupted call is repeated, and is not interrupted for ever.
                string[] occurrences = [$"{first}", $"{first + 1}", $"{last}", .. error == "EINTR" ? [] : (string[])["1", $"{first}+"]];
                foreach (var when in occurrences.Distinct())
                {
                    await InjectAsync(mode, call, error, when);
                }
            }
        }
    }

    private async Task InjectAsync(string mode, string call, string error, string when)
    {
        var (result, trace) = await TraceAsync(mode, "--seccomp-bpf", "-e", $"trace={call},setitimer", "-e", $"inject={call}:error={error}:when={when}");
        var injected = trace.IndexOf("(INJECTED)", StringComparison.Ordinal);
        var armed = trace.IndexOf("setitimer(", StringComparison.Ordinal);
        var isOfTheRuntime = injected >= 0 && (armed < 0 || injected < armed) && call != "setitimer";
        if (!isOfTheRuntime && !IsAnswer(mode, result))
        {
            // Nothing can be said where it cannot be written.
            var isSilenced = InjectedWrite().IsMatch(trace);
            Assert.That(
                result.Error.TrimEnd('\n'),
                isSilenced ? Does.Not.Contain('\n') : Does.StartWith(Prefix).And.Not.Contain('\n').And.Not.Contains("<BaseAddress>"),
                $"{call} {error} {when}");
            Assert.That(result.ExitCode, Is.EqualTo(1).Or.EqualTo(2), $"{call} {error} {when}: {result.Error}");
            Assert.That(result.Output, Is.Empty.Or.EqualTo("credentials not found in native keychain\n"), $"{call} {error} {when}");
        }

        Assert.That(isOfTheRuntime || result.Duration < Limit, Is.True, $"{call} {error} {when}: {result.Duration}");
    }

    private bool IsAnswer(string mode, ShimResult result) =>
        result is { ExitCode: 0, Error: "" }
        && (mode == "docker helper"
            ? result.Output == $$"""{"ServerURL":"{{Host}}","Username":"AWS","Secret":"{{Emulator.Token}}"}""" + "\n"
            : result.Response?.Auth.Single().Value.Password == Emulator.Token);

    // The number of the first call after the deadline is armed, and that of the last call of any thread, for each of which strace counts on its own.
    private static (int First, int Last) CountCalls(string trace, string call)
    {
        var armed = trace.IndexOf("setitimer(", StringComparison.Ordinal);
        var calls = Regex.Matches(trace, $@"^(\d+) +{call}\(", RegexOptions.Multiline);
        var last = calls.GroupBy(found => found.Groups[1].Value).Select(thread => thread.Count()).DefaultIfEmpty().Max();
        return (Math.Min(calls.Count(found => found.Index < armed) + 1, Math.Max(last, 1)), last);
    }

    private async Task<(ShimResult Result, string Trace)> TraceAsync(string mode, params string[] options)
    {
        var home = Directory.CreateDirectory(Path.Combine(Home, Guid.NewGuid().ToString("N"))).FullName;
        var file = Path.Combine(home, "trace");
        var (variables, arguments) = Prepare(mode, home);
        var environment = Complete(variables);
        environment["HOME"] = environment["XDG_RUNTIME_DIR"] = home;
        var result = new ShimResult(await PluginProcess.RunAsync(
            "/usr/bin/strace",
            [
                "-f", "-qq", "-e", "signal=none", "-o", file, .. options, Path.GetFullPath(ShimProgram.Path),
                string.Create(CultureInfo.InvariantCulture, $"--timeout={Timeout.TotalSeconds}s"), .. arguments,
            ],
            environment,
            Encoding.UTF8.GetBytes(mode == "docker helper" ? Host : Request()),
            directory: home));
        return (result, await File.ReadAllTextAsync(file));
    }

    private (IReadOnlyDictionary<string, string> Variables, string[] Arguments) Prepare(string mode, string home)
    {
        switch (mode)
        {
            case "plugin over TLS with a cache":
                return (Emulator.ProxyEnvironment(), [$"--cache-dir={home}/cache"]);
            case "docker helper":
                return (Emulator.Environment(), ["docker", "get"]);
            default:
                var keys = Emulator.StaticCredentials;
                var json = $$"""{"Version":1,"AccessKeyId":"{{keys.AccessKeyId}}","SecretAccessKey":"{{keys.SecretAccessKey}}"}""";
                Directory.CreateDirectory(Path.Combine(home, ".aws"));
                File.WriteAllText(Path.Combine(home, ".aws", "config"), $"[default]\ncredential_process = echo '{json}'\n");
                return (Emulator.Environment(CredentialSource.None), []);
        }
    }

    [GeneratedRegex(@"write\([12], .*\(INJECTED\)")]
    private static partial Regex InjectedWrite();
}

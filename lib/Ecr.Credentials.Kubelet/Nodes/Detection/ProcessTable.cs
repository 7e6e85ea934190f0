using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Kubelet.Nodes.Files;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>Looks for kubelets among the processes of this machine.</summary>
/// <remarks>Files: <see href="https://man7.org/linux/man-pages/man5/proc.5.html"/>.</remarks>
[SupportedOSPlatform("linux")]
internal static class ProcessTable
{
    // USER_HZ, which is 100 on every architecture that .NET runs on.
    private const int TicksPerSecond = 100;
    private const int StartTimeField = 22;

    /// <summary>The processes that are or contain a kubelet of this machine, not of a container on it.</summary>
    /// <param name="directory">Where the process file system is.</param>
    public static IReadOnlyList<KubeletProcess> FindKubelets(string directory)
    {
        var found = new List<KubeletProcess>();
        foreach (var path in Processes(directory))
        {
            if (Read(directory, path) is { } process)
            {
                found.Add(process);
            }
        }

        return found;
    }

    /// <summary>
    /// Whether a process belongs to root or to the caller. Anybody can give a process the name of a kubelet, and what it says decides where root writes and
    /// which programs root runs.
    /// </summary>
    /// <param name="path">The process's directory.</param>
    public static bool IsTrusted(string path) =>
        NodeFileStatus.Of(path) is { } status && (status.Owner == 0 || status.Owner == LibC.GetEffectiveUserId());

    private static string[] Processes(string directory)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(directory).Where(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static KubeletProcess? Read(string directory, string path)
    {
        try
        {
            if (!IsTrusted(path))
            {
                return null;
            }

            var arguments = Encoding.UTF8.GetString(File.ReadAllBytes($"{path}/cmdline")).Split('\0');
            arguments = arguments is [.., ""] ? arguments[..^1] : arguments;
            if (arguments.Length == 0 || !ContainsKubelet(arguments) || !IsOfThisSystem(directory, path))
            {
                return null;
            }

            return new KubeletProcess(
                int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture),
                NameOf(arguments),
                TryReadLink($"{path}/exe"),
                Array.AsReadOnly(arguments),
                ReadStartTime(directory, path),
                TryReadEnvironment(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            // The process has ended.
            return null;
        }
    }

    private static string NameOf(string[] arguments) => Path.GetFileName(arguments[0].Split(' ')[0]);

    // k3s renames its process to "k3s server", in one argument.
    private static bool ContainsKubelet(string[] arguments) => NameOf(arguments) switch
    {
        "kubelet" or "kubelite" => true,
        "k3s" => string.Join(' ', arguments).Split(' ') is [_, "server" or "agent", ..],
        _ => false,
    };

    // The kubelet of a node in a container has its own process ids. A snap shares them with the system.
    private static bool IsOfThisSystem(string directory, string path) =>
        TryReadLink($"{path}/ns/pid") is not { } its || TryReadLink($"{directory}/self/ns/pid") is not { } own || its == own;

    private static DateTimeOffset ReadStartTime(string directory, string path)
    {
        // The name of the program, in parentheses, may have blanks and parentheses.
        var status = File.ReadAllText($"{path}/stat");
        var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[StartTimeField - 3], CultureInfo.InvariantCulture);
        var boot = File.ReadLines($"{directory}/stat").First(line => line.StartsWith("btime ", StringComparison.Ordinal));
        return DateTimeOffset.FromUnixTimeSeconds(long.Parse(boot.AsSpan(6), CultureInfo.InvariantCulture))
            + TimeSpan.FromSeconds(ticks / (double)TicksPerSecond);
    }

    private static Dictionary<string, string>? TryReadEnvironment(string path)
    {
        try
        {
            var environment = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var variable in Encoding.UTF8.GetString(File.ReadAllBytes($"{path}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            {
                if (variable.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
                {
                    environment[variable[..equals]] = variable[(equals + 1)..];
                }
            }

            return environment;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? TryReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

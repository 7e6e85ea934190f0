using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Nodes.Detection;
using Ecr.Credentials.Processes;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Restarting;

/// <summary>Restarts the service with the kubelet and waits until it is back.</summary>
[SupportedOSPlatform("linux")]
internal sealed class KubeletRestart(TimeProvider timeProvider)
{
    private const int MaxOutputLength = 64 * 1024;
    private const string SnapPrefix = "snap.";

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(2);

    // A kubelet that cannot read its configuration ends within a second or two, and is started again.
    private static readonly TimeSpan StableTime = TimeSpan.FromSeconds(15);

    /// <summary>Where programs are looked for. Never PATH or the working directory: this runs as root.</summary>
    public IReadOnlyList<string> Directories { get; init; } = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>The kubelet's own health check, which listens on loopback.</summary>
    /// <remarks>https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/</remarks>
    public Uri HealthAddress { get; init; } = new("http://127.0.0.1:10248/healthz");

    /// <summary>Where the process file system is.</summary>
    public string ProcessDirectory { get; init; } = "/proc";

    /// <summary>Restarts and waits.</summary>
    /// <param name="layout">The node.</param>
    /// <param name="service">The service.</param>
    /// <param name="isRemoval">Whether the kubelet must have the flags (false), or may have any (true).</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is wrong; null if the kubelet is back.</returns>
    public async Task<string?> RunAsync(NodeLayout layout, string service, bool isRemoval, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var before = ProcessTable.FindKubelets(ProcessDirectory).Select(process => process.Id).ToHashSet();
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            foreach (var (program, arguments) in Commands(service))
            {
                if (await RunProgramAsync(program, arguments, either.Token).ConfigureAwait(false) is { } failure)
                {
                    return failure;
                }
            }

            return await WaitAsync(layout, before, isRemoval, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the kubelet of {service} was not ready within {timeout.TotalSeconds}s; its log says why: journalctl -u {service}");
        }
    }

    private List<(string? Program, string[] Arguments)> Commands(string service)
    {
        if (service.StartsWith(SnapPrefix, StringComparison.Ordinal) && Find("snap") is { } snap)
        {
            return [(snap, ["restart", service[SnapPrefix.Length..]])];
        }

        // OpenRC is what K3s runs under on Alpine.
        return Find("systemctl") is { } systemctl ? [(systemctl, ["daemon-reload"]), (systemctl, ["restart", $"{service}.service"])]
            : [(Find("rc-service"), [service, "restart"])];
    }

    private string? Find(string program) => Directories.Select(directory => Path.Join(directory, program)).FirstOrDefault(File.Exists);

    private async Task<string?> RunProgramAsync(string? program, string[] arguments, CancellationToken cancellationToken)
    {
        if (program is null)
        {
            return $"found neither systemctl nor rc-service in {string.Join(", ", Directories)}; restart the kubelet by hand";
        }

        try
        {
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" };
            var result = await ChildProcess.RunAsync(start, default, MaxOutputLength, cancellationToken).ConfigureAwait(false);
            return result.ExitCode == 0 ? null : string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed with exit code {result.ExitCode}: ")
                + MessageText.OneLine(Encoding.UTF8.GetString(result.Error.Span));
        }
        catch (Win32Exception exception)
        {
            return $"cannot start \"{program}\": {MessageText.OneLine(exception.Message)}";
        }
    }

    private async Task<string?> WaitAsync(NodeLayout layout, HashSet<int> before, bool isRemoval, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        var (seen, since) = (0, 0L);
        while (true)
        {
            var running = ProcessTable.FindKubelets(ProcessDirectory);
            var started = running.FirstOrDefault(process => !before.Contains(process.Id));
            if (started?.Id != seen)
            {
                (seen, since) = (started?.Id ?? 0, timeProvider.GetTimestamp());
            }

            // While only processes from before the restart run, an answer is theirs.
            if (started is not null || running.Count == 0)
            {
                var isHealthy = await IsHealthyAsync(client, cancellationToken).ConfigureAwait(false);
                if (isHealthy == true || (isHealthy is null && started is not null && timeProvider.GetElapsedTime(since) >= StableTime))
                {
                    return isRemoval || started is null ? null : CheckFlags(layout, started);
                }
            }

            await Task.Delay(PollInterval, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    // A process that only contains a kubelet does not have its flags.
    private static string? CheckFlags(NodeLayout layout, KubeletProcess process) =>
        process.Name != "kubelet"
        || (process.GetFlag(KubeletFlag.Configuration) == layout.ConfigurationPath && process.GetFlag(KubeletFlag.BinDirectory) == layout.BinDirectory)
            ? null
            : $"{process} runs without the flags --{KubeletFlag.Configuration} and --{KubeletFlag.BinDirectory}";

    // Null if there is no health check: it can be switched off.
    private async Task<bool?> IsHealthyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(HealthTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await client.GetAsync(HealthAddress, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

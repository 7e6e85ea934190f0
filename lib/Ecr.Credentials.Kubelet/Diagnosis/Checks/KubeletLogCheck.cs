using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Processes;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>What the kubelet logged about credential providers.</summary>
[SupportedOSPlatform("linux")]
internal sealed class KubeletLogCheck : NodeCheck
{
    private const int MaxLength = 4 << 20;
    private const int MaxLines = 2000;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly string[] Words =
        ["credential provider", "credentialprovider", "plugin binary", "provide credentials for image", "exec plugin", "no basic auth credentials"];

    // What the kubelet and containerd write, the special before the general.
    private static readonly (string Text, string Meaning)[] Explanations =
    [
        ("plugin binary executable", "a provider has no file of its name in the bin directory, and the kubelet does not start"),
        ("no basic auth credentials", "an image was pulled without a password: no pattern matched it, or its plugin failed"),
        ("context deadline exceeded", "the plugin did not end within the minute that the kubelet gives it: check the network"),
        ("deadline", "the plugin did not end within the minute that the kubelet gives it: check the network"),
        ("exec format error", "the plugin is for another architecture, or not an executable"),
        ("permission denied", "the plugin may not be executed: check its mode, its file system, SELinux and AppArmor"),
        ("no such file", "the plugin, or the dynamic loader that it needs, is missing"),
        ("signal: killed", "the plugin was killed: it took longer than a minute, or memory ran out"),
        ("is not supported", "plugin and configuration have different versions of the protocol under apiVersion"),
        ("strict decoding error", "the configuration has a field that this version of Kubernetes does not know"),
        ("failed to validate", "the configuration is not valid, and the kubelet does not start"),
        ("exit status", "the plugin failed; its own message is at the end of the line"),
    ];

    private static readonly string[] SecretWords = ["SECRET", "TOKEN", "PASSWORD", "KEY", "PROXY"];

    public override string Id => "kubelet-log";

    public override string Title => "kubelet logged nothing about it";

    public override bool NeedsRunningNode => true;

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        if (context.Options.IsBeforeRestart)
        {
            return Skip("the kubelet is to be restarted");
        }

        var journal = context.Options.ProgramDirectories.Select(directory => Path.Join(directory, "journalctl")).FirstOrDefault(File.Exists);
        if (journal is null || context.Layout!.Service is not { } service)
        {
            return Skip(journal is null ? "journalctl is not installed" : "the kubelet's service is not known");
        }

        using var timeout = new CancellationTokenSource(Timeout, context.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var start = new ProcessStartInfo(journal, Arguments(context, service)) { WorkingDirectory = "/" };
            var result = await ChildProcess.RunAsync(start, default, MaxLength, either.Token).ConfigureAwait(false);
            return result.ExitCode == 0
                ? Judge(context, Encoding.UTF8.GetString(result.Output.Span), service)
                : Skip($"journalctl failed: {MessageText.OneLine(Encoding.UTF8.GetString(result.Error.Span))}");
        }
        catch (Win32Exception exception)
        {
            return Skip($"cannot start \"{journal}\": {MessageText.OneLine(exception.Message)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Skip("journalctl timed out");
        }
    }

    // What an earlier kubelet logged may have been mended since.
    private static List<string> Arguments(DiagnosisContext context, string service)
    {
        var since = context.Layout!.Process?.StartTime ?? context.Options.TimeProvider.GetUtcNow() - TimeSpan.FromHours(1);
        return
        [
            "--unit", service, "--no-pager", "--output=cat", "--lines", MaxLines.ToString(CultureInfo.InvariantCulture),
            "--since", string.Create(CultureInfo.InvariantCulture, $"@{since.ToUnixTimeSeconds()}"),
        ];
    }

    private DiagnosisCheck Judge(DiagnosisContext context, string log, string service)
    {
        var found = log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => Array.Exists(Words, word => line.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .Where(line => !line.StartsWith('I') && !line.Contains("level=info", StringComparison.Ordinal))
            .ToArray();
        return found.Length == 0
            ? Ok($"nothing about credential providers in {service}")
            : Warn($"{found.Length} lines, the last: {Clean(context, found[^1])}", $"{Explain(found[^1])}; all of them: journalctl -u {service}");
    }

    private static string Explain(string line) =>
        Array.Find(Explanations, entry => line.Contains(entry.Text, StringComparison.OrdinalIgnoreCase)).Meaning ?? "the checks above say why";

    // The kubelet logs a whole file, secrets included, that has no kind.
    private static string Clean(DiagnosisContext context, string line)
    {
        var file = line.IndexOf("' is missing in '", StringComparison.Ordinal);
        line = file < 0 ? line : line[..file] + "' is missing";
        foreach (var value in context.PluginEnvironment.Where(variable => IsSecret(variable.Key)).Select(variable => variable.Value))
        {
            line = value.Length >= 6 ? line.Replace(value, "***", StringComparison.Ordinal) : line;
        }

        return MessageText.OneLine(line);
    }

    private static bool IsSecret(string name) =>
        Array.Exists(SecretWords, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}

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
            : Warn($"{found.Length} lines, the last: {Clean(context, found[^1])}", $"read all of them: journalctl -u {service}");
    }

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

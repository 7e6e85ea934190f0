using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>Runs the checks, each after those that it requires.</summary>
[SupportedOSPlatform("linux")]
internal static class DiagnosisRun
{
    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before they are disposed", Justification = "They are awaited.")]
    public static async Task<DiagnosisReport> RunAsync(DoctorOptions options, CancellationToken cancellationToken)
    {
        using var context = new DiagnosisContext(options);
        using var deadline = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var running = new Dictionary<string, Task<DiagnosisCheck>>();
        foreach (var check in options.Clients is null ? NodeCheck.All() : NodeCheck.OfClients())
        {
            running.Add(check.Id, RunAsync(check, [.. check.Requires.Concat(check.After).Select(id => running[id])], context, either.Token));
        }

        var results = await Task.WhenAll(running.Values).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return new DiagnosisReport(options.Image, context.Layout, Array.AsReadOnly(results));
    }

    private static bool IsBlocking(NodeCheck check, DiagnosisCheck before) =>
        before.Result == DiagnosisResult.Failed || (before.Result == DiagnosisResult.Skipped && check.Requires.Contains(before.Id));

    private static async Task<DiagnosisCheck> RunAsync(
        NodeCheck check, Task<DiagnosisCheck>[] required, DiagnosisContext context, CancellationToken cancellationToken)
    {
        var before = await Task.WhenAll(required).ConfigureAwait(false);
        if (Array.Find(before, result => IsBlocking(check, result)) is { } blocking)
        {
            return check.Skip(blocking.Result == DiagnosisResult.Failed ? $"not tried: {blocking.Id} failed"
                : blocking.Evidence.StartsWith("not tried", StringComparison.Ordinal) ? blocking.Evidence
                : $"not tried: {blocking.Evidence}");
        }

        if (check.NeedsRunningNode && !context.IsThisNode)
        {
            return check.Skip("cannot be seen on a mounted file system");
        }

        context.Options.Progress?.Invoke(check.Id, true);
        try
        {
            return await check.RunAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var seconds = context.Options.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return check.Fail($"timed out: all checks together may take {seconds}s", "check what this step waits for, then try again");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or EcrCredentialException)
        {
            return check.Fail(MessageText.OneLine(exception.Message), "run as root, and check the disk of the node");
        }
        finally
        {
            context.Options.Progress?.Invoke(check.Id, false);
        }
    }
}

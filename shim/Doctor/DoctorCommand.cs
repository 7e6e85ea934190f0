using System.Collections;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Diagnosis;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Shim.Kubelet;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Doctor;

/// <summary>Runs <c>doctor</c>.</summary>
internal static class DoctorCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        using var output = new StreamWriter(StandardStream.OpenOutput(), new UTF8Encoding(false));
        using var error = new StreamWriter(StandardStream.OpenError(), new UTF8Encoding(false));
        try
        {
            var line = DoctorCommandLine.Parse(arguments.ToArray());
            if (line.IsHelp)
            {
                return KubeletCommand.TryWrite(output, DoctorCommandLine.Help) ? ExitCode.Success : ExitCode.Failure;
            }

            return OperatingSystem.IsLinux() ? await RunAsync(line, output) : throw new FormatException("doctor runs on Linux only");
        }
        catch (FormatException e)
        {
            _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {MessageText.OneLine(e.Message)}");
            return ExitCode.UsageError;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {MessageText.OneLine(e.Message)}");
            return ExitCode.UsageError;
        }
        catch (OperationCanceledException)
        {
            _ = KubeletCommand.TryWrite(error, "ecr-credential-provider: canceled");
            return ExitCode.UsageError;
        }
    }

    /// <summary>Options for this executable's own plugin.</summary>
    [SupportedOSPlatform("linux")]
    public static DoctorOptions CreateOptions(string? image, string root, NodeLayoutOptions layout) => new()
    {
        Image = image,
        Root = root,
        Layout = layout,
        TrustStore = AwsRuntime.Prepare(),
        ReadArguments = static arguments =>
            CommandLine.Parse("ecr-credential-provider", [.. arguments], new StandardError()) is { Error: null } line ? line.Options : null,
    };

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);

    /// <summary>Runs all checks. What takes longer is shown on a terminal meanwhile.</summary>
    [SupportedOSPlatform("linux")]
    public static async Task<DiagnosisReport> RunAsync(DoctorOptions options, CancellationToken cancellationToken)
    {
        using var progress = DoctorProgress.Start(TimeProvider.System);
        options.Progress = progress.Report;
        return await Ecr.Credentials.Kubelet.Diagnosis.Doctor.RunAsync(options, cancellationToken);
    }

    [SupportedOSPlatform("linux")]
    private static async Task<int> RunAsync(DoctorCommandLine line, StreamWriter output)
    {
        using var signals = new CancelSignals();
        var options = CreateOptions(line.Image, line.Root, line.Layout);
        options.Clients = line.IsDocker ? Variables() : null;
        var report = await RunAsync(options, signals.Token);
        var text = line.IsJson ? DoctorJson.Create(report) : DoctorText.Create(report, DoctorStyle.OfOutput());
        var exitCode = report.Result switch
        {
            DiagnosisResult.Failed => ExitCode.UsageError,
            DiagnosisResult.Warning => ExitCode.Failure,
            _ => ExitCode.Success,
        };
        return KubeletCommand.TryWrite(output, text) ? exitCode : ExitCode.UsageError;
    }
}

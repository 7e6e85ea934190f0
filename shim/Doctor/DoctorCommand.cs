using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Diagnosis;
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

    [SupportedOSPlatform("linux")]
    private static async Task<int> RunAsync(DoctorCommandLine line, StreamWriter output)
    {
        using var signals = new CancelSignals();
        var options = new DoctorOptions
        {
            Image = line.Image,
            Root = line.Root,
            Layout = line.Layout,
            TrustStore = StaticOpenSsl.InstallTrustStore(),
        };
        var report = await Ecr.Credentials.Kubelet.Diagnosis.Doctor.RunAsync(options, signals.Token);
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

using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis;

namespace Ecr.Credentials.Kubelet.Tests.Samples;

/// <summary>Prints what is wrong with a node.</summary>
[SupportedOSPlatform("linux")]
internal static class NodeDiagnosis
{
    public static async Task PrintAsync(string root, string image, TextWriter output)
    {
        var report = await Doctor.RunAsync(new DoctorOptions { Root = root, Image = image });
        foreach (var check in report.Checks.Where(check => check.Result is DiagnosisResult.Failed or DiagnosisResult.Warning))
        {
            await output.WriteLineAsync($"{check.Id}: {check.Evidence}: {check.Remedy}");
        }
    }
}

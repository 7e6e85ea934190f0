using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis;
using Ecr.Credentials.Shim.Kubelet;

namespace Ecr.Credentials.Shim.Doctor;

/// <summary>A diagnosis as JSON, whose fields stay the same from version to version.</summary>
[SupportedOSPlatform("linux")]
internal static class DoctorJson
{
    public static string Create(DiagnosisReport report) => JsonReport.Create(json =>
    {
        json.WriteBoolean("ok", report.Result != DiagnosisResult.Failed);
        json.WriteStartObject("node");
        json.WriteString("version", VersionInfo.Lines.Split('\n')[0].Split(' ')[1]);
        json.WriteString("image", report.Image);
        json.WriteString("name", report.Layout is { Root: "/" } ? Environment.MachineName : null);
        json.WriteString("root", report.Layout?.Root);
        json.WriteString("distribution", report.Layout?.Distribution.ToString());
        json.WriteString("kubernetes", report.Layout?.KubernetesVersion?.ToString());
        json.WriteString("kubelet", report.Layout?.Process?.ToString());
        json.WriteString("service", report.Layout?.Service);
        json.WriteString("configuration", report.Layout?.ConfigurationPath);
        json.WriteString("binDirectory", report.Layout?.BinDirectory);
        json.WriteEndObject();
        json.WriteStartArray("checks");
        foreach (var check in report.Checks)
        {
            json.WriteStartObject();
            json.WriteString("id", check.Id);
            json.WriteString("title", check.Title);
            json.WriteString("result", check.Result switch
            {
                DiagnosisResult.Ok => "ok",
                DiagnosisResult.Warning => "warning",
                DiagnosisResult.Failed => "failed",
                _ => "skipped",
            });
            json.WriteString("evidence", check.Evidence);
            json.WriteString("remedy", check.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

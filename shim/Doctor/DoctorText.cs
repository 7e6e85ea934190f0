using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Diagnosis;
using Ecr.Credentials.Shim.Kubelet;

namespace Ecr.Credentials.Shim.Doctor;

/// <summary>A diagnosis as text for a terminal of 80 columns.</summary>
[SupportedOSPlatform("linux")]
internal static class DoctorText
{
    private const int Width = 80;
    private const int IdWidth = 15;

    public static string Create(DiagnosisReport report, DoctorStyle style)
    {
        var text = new StringBuilder();
        AppendHeader(text, report);
        foreach (var (index, check) in report.Checks.Index())
        {
            var (symbol, word, color) = Marks(check.Result);
            var mark = style.HasSymbols ? symbol : word.PadRight("warning".Length);
            var start = string.Create(CultureInfo.InvariantCulture, $"{index + 1,2} ");
            var indent = start.Length + mark.Length + 1 + IdWidth;
            text.Append(start).Append(style.HasColors ? $"\u001b[{color}m{mark}\u001b[0m" : mark).Append(' ').Append(check.Id.PadRight(IdWidth));
            AppendWrapped(text, check.Evidence, indent);
            if (check.Remedy is { } remedy)
            {
                text.Append(' ', indent);
                AppendWrapped(text, $"To do: {remedy}", indent);
            }
        }

        return text.Append('\n').Append(Summary(report)).ToString();
    }

    private static void AppendHeader(StringBuilder text, DiagnosisReport report)
    {
        var node = report.Layout is { } layout ? $", {layout}{(layout.Root == "/" ? $", node {Environment.MachineName}" : $" in {layout.Root}")}" : "";
        AppendWrapped(text, $"{VersionInfo.Lines.Split('\n')[0]}{node}", 0);
        if (report.Image is { } image)
        {
            AppendWrapped(text, $"Image {image}", 0);
        }

        text.Append('\n');
    }

    private static string Summary(DiagnosisReport report)
    {
        var failed = report.Checks.Count(check => check.Result == DiagnosisResult.Failed);
        var warnings = report.Checks.Count(check => check.Result == DiagnosisResult.Warning);
        string[] parts =
        [
            .. failed > 0 ? [TextReport.Count(failed, "problem")] : Array.Empty<string>(),
            .. warnings > 0 ? [TextReport.Count(warnings, "warning")] : Array.Empty<string>(),
        ];
        var skipped = report.Checks.Count(check => check.Result == DiagnosisResult.Skipped);
        return parts.Length == 0 && skipped > 0 ? $"No problems found; {TextReport.Count(skipped, "check")} skipped."
            : parts.Length == 0 ? "All is well." : $"{string.Join(", ", parts)}. Mend the first one first. This report contains no secrets.";
    }

    private static (string Symbol, string Word, string Color) Marks(DiagnosisResult result) => result switch
    {
        DiagnosisResult.Ok => ("✓", "ok", "32"),
        DiagnosisResult.Warning => ("!", "warning", "33"),
        DiagnosisResult.Failed => ("✗", "failed", "31"),
        _ => ("–", "skipped", "2"),
    };

    private static void AppendWrapped(StringBuilder text, string value, int indent)
    {
        var column = indent;
        foreach (var word in value.Split(' '))
        {
            if (column > indent && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
            }
            else if (column > indent)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += word.Length;
        }

        text.Append('\n');
    }
}

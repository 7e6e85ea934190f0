using System.Diagnostics;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;

namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>The checks of a node in the order in which a pull meets them.</summary>
/// <remarks>Immutable and thread-safe. Texts hold no secrets.</remarks>
[DebuggerDisplay("{Result}")]
[SupportedOSPlatform("linux")]
public sealed class DiagnosisReport
{
    internal DiagnosisReport(string? image, NodeLayout? layout, IReadOnlyList<DiagnosisCheck> checks)
    {
        Image = image;
        Layout = layout;
        Checks = checks;
    }

    /// <summary>The image; <see langword="null"/> if none was named.</summary>
    public string? Image { get; }

    /// <summary>The node; <see langword="null"/> if no kubelet was found.</summary>
    public NodeLayout? Layout { get; }

    /// <summary>All checks. The first that failed is the one to mend first.</summary>
    public IReadOnlyList<DiagnosisCheck> Checks { get; }

    /// <summary>
    /// <see cref="DiagnosisResult.Failed"/> if a check failed, else <see cref="DiagnosisResult.Warning"/> if one warned, else
    /// <see cref="DiagnosisResult.Ok"/>.
    /// </summary>
    public DiagnosisResult Result => Has(DiagnosisResult.Failed) ? DiagnosisResult.Failed
        : Has(DiagnosisResult.Warning) ? DiagnosisResult.Warning
        : DiagnosisResult.Ok;

    private bool Has(DiagnosisResult result) => Checks.Any(check => check.Result == result);
}

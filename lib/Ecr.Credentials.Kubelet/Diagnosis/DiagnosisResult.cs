namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>How a check ended.</summary>
public enum DiagnosisResult
{
    /// <summary>All is well.</summary>
    Ok,

    /// <summary>Pulls work, or may work, but something should be mended.</summary>
    Warning,

    /// <summary>Pulls fail because of it.</summary>
    Failed,

    /// <summary>Not tried: it requires a check that failed, or cannot be seen from here. <see cref="DiagnosisCheck.Evidence"/> says why.</summary>
    Skipped,
}

using System.Diagnostics;

namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>One check of a diagnosis and its result.</summary>
/// <remarks>Immutable. Texts are one line each and hold no secrets.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class DiagnosisCheck
{
    internal DiagnosisCheck(string id, string title, DiagnosisResult result, string evidence, string? remedy)
    {
        Id = id;
        Title = title;
        Result = result;
        Evidence = evidence;
        Remedy = remedy;
    }

    /// <summary>
    /// What is checked: <c>layout</c>, <c>executable</c>, <c>flags</c>, <c>configuration</c>, <c>image</c>, <c>clock</c>, <c>network</c>, <c>metadata</c>,
    /// <c>identity</c>, <c>password</c>, <c>manifest</c>, <c>space</c> or <c>kubelet-log</c>, the same from version to version.
    /// </summary>
    public string Id { get; }

    /// <summary>What is checked, in a few words.</summary>
    public string Title { get; }

    /// <summary>How it ended.</summary>
    public DiagnosisResult Result { get; }

    /// <summary>What was seen, or why it was not tried.</summary>
    public string Evidence { get; }

    /// <summary>What to do; <see langword="null"/> if there is nothing to do.</summary>
    public string? Remedy { get; }

    /// <summary>The id, the result and the evidence.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"{Id}: {Result}: {Evidence}";
}

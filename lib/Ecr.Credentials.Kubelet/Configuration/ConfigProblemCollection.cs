using System.Collections;
using System.Diagnostics;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>All reasons for which the kubelet refuses a configuration; empty if it accepts it.</summary>
/// <remarks>Immutable.</remarks>
public sealed class ConfigProblemCollection : IReadOnlyList<ConfigProblem>
{
    /// <summary>More than anybody reads; what is behind is left out.</summary>
    internal const int MaxCount = 1000;

    private readonly IReadOnlyList<ConfigProblem> _problems;

    internal ConfigProblemCollection(IReadOnlyList<ConfigProblem> problems, string kubeletMessage)
    {
        // What the kubelet does not print must not be looked for in its log.
        _problems = [.. problems.Select(problem => kubeletMessage.Contains(problem.KubeletMessage, StringComparison.Ordinal) ? problem : problem.Silent())];
        KubeletMessage = kubeletMessage;
    }

    /// <summary>
    /// The message with which the kubelet stops; empty if it accepts the configuration. The wording is that of Kubernetes 1.36. If the kind or
    /// API version of a file is missing, the message holds the whole file, secrets included.
    /// </summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string KubeletMessage { get; }

    /// <inheritdoc/>
    public int Count => _problems.Count;

    internal static ConfigProblemCollection None { get; } = new([], "");

    /// <inheritdoc/>
    public ConfigProblem this[int index] => _problems[index];

    /// <inheritdoc/>
    public IEnumerator<ConfigProblem> GetEnumerator() => _problems.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

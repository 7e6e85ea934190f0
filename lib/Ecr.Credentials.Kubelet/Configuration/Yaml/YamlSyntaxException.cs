using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>The text is not YAML 1.1 as the kubelet's parser takes it.</summary>
/// <param name="problem">The reason without a line, as the kubelet words it.</param>
/// <param name="index">Where, as an index into the text.</param>
/// <param name="line">The line that the kubelet names; 0 if it names none.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Thrown and caught in this directory only.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Thrown and caught in this directory only.")]
internal sealed class YamlSyntaxException(string problem, int index, int line) : Exception(problem)
{
    public int Index { get; } = index;

    public string KubeletMessage => line > 0 ? $"yaml: line {line}: {Message}" : $"yaml: {Message}";
}

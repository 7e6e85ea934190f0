namespace Ecr.Credentials.Kubelet.Nodes.Systemd;

/// <summary>An assignment of an environment file.</summary>
/// <param name="name">The name of the variable.</param>
/// <param name="value">Its value without quotes.</param>
/// <param name="line">The line on which it begins, counted from 1.</param>
/// <param name="start">Where it begins in the text.</param>
/// <param name="end">Where it ends, without the line break.</param>
internal sealed class EnvironmentAssignment(string name, string value, int line, int start, int end)
{
    public string Name { get; } = name;

    public string Value { get; } = value;

    public int Line { get; } = line;

    public int Start { get; } = start;

    public int End { get; } = end;
}

using System.Diagnostics;

namespace Ecr.Credentials.Kubelet.Plugins.Processes;

/// <summary>How the process of a plugin ended, and what it wrote.</summary>
/// <param name="fault">How it failed, as Go says it, such as <c>exit status 1</c>; null if it ended with exit code 0.</param>
/// <param name="output">Standard output.</param>
/// <param name="error">The beginning of standard error.</param>
internal sealed class PluginExit(string? fault, ReadOnlyMemory<byte> output, ReadOnlyMemory<byte> error)
{
    public string? Fault { get; } = fault;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlyMemory<byte> Output { get; } = output;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlyMemory<byte> Error { get; } = error;
}

using System.Diagnostics;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>An environment variable for a plugin.</summary>
/// <remarks>Immutable. <see cref="ToString"/> and the debugger show no value.</remarks>
/// <param name="name">The name.</param>
/// <param name="value">The value, which may be a secret.</param>
[DebuggerDisplay("{Name,nq}")]
public sealed class ExecEnvironmentVariable(string name, string value)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>The value, which may be a secret.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>The name; the value stays hidden.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => Name;
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>How <see cref="KubeletCredentials"/> behaves. Read once, when that is constructed.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class KubeletCredentialsOptions
{
    // Timers of .NET take no more milliseconds than fit 32 bits.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <summary>How long a plugin may run; 1 minute by default, which is the kubelet's fixed limit. Positive, at most 49 days.</summary>
    public TimeSpan PluginTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The environment that plugins inherit, to which the configuration adds; <see langword="null"/>, the default, is that of this process. Values may be
    /// secrets.
    /// </summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IReadOnlyDictionary<string, string>? Environment { get; set; }

    /// <summary>Answers what the kubelet asks the API server; <see langword="null"/>, the default, if no service account is ever given.</summary>
    public IServiceAccountSource? ServiceAccounts { get; set; }

    /// <summary>The clock for cache and timeouts; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets an error for each provider that fails, without secrets; silent by default.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <exception cref="ArgumentException">An option cannot be used; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PluginTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PluginTimeout, LongestTimer);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(Logger);
    }
}

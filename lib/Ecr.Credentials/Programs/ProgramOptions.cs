namespace Ecr.Credentials.Programs;

/// <summary>Options of a program that serves one exchange over given streams.</summary>
public sealed class ProgramOptions
{
    /// <summary>The default timeout: 50 s, so that an error is reported before the kubelet's own limit.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(50);

    /// <summary>The longest timeout: 60 s, after which the kubelet kills a plugin.</summary>
    public static TimeSpan MaxTimeout { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The program's name, which begins each error line; by default that of the executable file.</summary>
    public string Name
    {
        get => field ??= Path.GetFileNameWithoutExtension(Environment.ProcessPath) is { Length: > 0 } name ? name : "credential-provider";
        set;
    }

    /// <summary>The overall timeout of an exchange, above zero and at most <see cref="MaxTimeout"/>; <see cref="DefaultTimeout"/> by default.</summary>
    public TimeSpan Timeout { get; set; } = DefaultTimeout;

    /// <summary>The clock of the timeout; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Adds advice to an error message, for example which option of the program helps; returns <see langword="null"/> or an empty string for none.
    /// <see langword="null"/> by default.
    /// </summary>
    public Func<EcrCredentialErrorReason, string?>? Advice { get; set; }

    /// <summary>
    /// Whether the exchange may block the thread of its caller, who ends the process when its time is over. Otherwise it runs on a thread of the pool, which
    /// takes longer to start than a cached password takes to read.
    /// </summary>
    internal bool MayBlock { get; set; }

    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timeout, MaxTimeout);
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }
}

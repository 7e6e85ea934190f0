using System.Diagnostics;
using System.Globalization;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>The running process with the kubelet in it: <c>kubelet</c>, or <c>kubelite</c> or <c>k3s</c>, which contain one.</summary>
/// <remarks>Immutable. Arguments and environment may hold secrets, which <see cref="ToString"/> and the debugger do not show.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class KubeletProcess
{
    internal KubeletProcess(
        int id, string name, string? executable, IReadOnlyList<string> arguments, DateTimeOffset startTime, IReadOnlyDictionary<string, string>? environment)
    {
        Id = id;
        Name = name;
        Executable = executable;
        Arguments = arguments;
        StartTime = startTime;
        Environment = environment;
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>The file name of the program.</summary>
    public string Name { get; }

    /// <summary>The path of the program; <see langword="null"/> if it cannot be read.</summary>
    public string? Executable { get; }

    /// <summary>The command line, the program's own name first.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>When the process started, by the system's clock. Up to one second early: the time of the boot, to which it refers, has no fractions.</summary>
    public DateTimeOffset StartTime { get; }

    /// <summary>The environment that it was started with; <see langword="null"/> if it cannot be read.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IReadOnlyDictionary<string, string>? Environment { get; }

    /// <summary>The value of a flag on the command line; <see langword="null"/> if it is not there, as in a process that only contains a kubelet.</summary>
    /// <param name="name">The name without dashes, such as <c>image-credential-provider-config</c>.</param>
    /// <returns>The value that counts: the last one.</returns>
    public string? GetFlag(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindFlag(Arguments, name);
    }

    /// <summary>The last value of a flag on a command line, whose first argument is the program; <see langword="null"/> if it is not there.</summary>
    internal static string? FindFlag(IReadOnlyList<string> arguments, string name)
    {
        string? value = null;
        for (var i = 1; i < arguments.Count; i++)
        {
            if (arguments[i].StartsWith($"--{name}=", StringComparison.Ordinal))
            {
                value = arguments[i][(name.Length + 3)..];
            }
            else if (arguments[i] == $"--{name}" && i + 1 < arguments.Count)
            {
                value = arguments[++i];
            }
        }

        return value;
    }

    /// <summary>Whether the process certainly started before something was written, and so may not have read it.</summary>
    internal bool StartedBefore(DateTimeOffset written) => written > StartTime + TimeSpan.FromSeconds(1);

    /// <summary>The name and process id.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} (PID {Id})");
}

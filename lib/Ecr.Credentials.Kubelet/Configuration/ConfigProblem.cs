using System.Diagnostics;
using System.Globalization;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>A reason for which the kubelet refuses a configuration.</summary>
/// <remarks>Immutable. <see cref="Message"/> and <see cref="ToString"/> hold no secrets; <see cref="KubeletMessage"/> can.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ConfigProblem
{
    internal ConfigProblem(string file, int line, int column, string message, string kubeletMessage)
    {
        File = file;
        Line = line;
        Column = column;
        Message = message;
        KubeletMessage = kubeletMessage;
    }

    /// <summary>The path of the file or directory, as it was given.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1; 0 if the problem is not in the text of a file.</summary>
    public int Line { get; }

    /// <summary>The column in characters, counted from 1; 0 if the problem is not in the text of a file.</summary>
    public int Column { get; }

    /// <summary>What is wrong and what to do, on one line.</summary>
    public string Message { get; }

    /// <summary>
    /// How the kubelet words this problem; empty for a problem behind the one at which it stops. If the kind or API version is missing, that is
    /// the text of the whole file, secrets included.
    /// </summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string KubeletMessage { get; }

    /// <summary>The place and <see cref="Message"/>.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() =>
        Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {Message}") : $"{File}: {Message}";
}

using System.Diagnostics;
using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>
/// Something wrong in a configuration: the kubelet refuses it, or, as a warning, accepts it although it does not do what was meant or gives away a secret.
/// </summary>
/// <remarks>Immutable. <see cref="Message"/> and <see cref="ToString"/> hold no secrets; <see cref="KubeletMessage"/> can.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ConfigProblem
{
    // https://pkg.go.dev/k8s.io/apimachinery/pkg/runtime#NewMissingKindErr
    private const string FileInMessage = "Object '";

    internal ConfigProblem(string file, int line, int column, string message, string kubeletMessage, string? warningId = null)
    {
        File = file;
        Line = line;
        Column = column;
        Message = message;
        KubeletMessage = kubeletMessage;
        WarningId = warningId;
    }

    /// <summary>
    /// What kind of warning it is: <c>path-wildcard</c>, <c>scheme</c>, <c>docker-index</c>, <c>missing-plugin</c>, <c>internal-version</c>,
    /// <c>not-ecr</c>, <c>path-caching</c>, <c>readable-secret</c> or <c>file-in-log</c>, the same from version to version;
    /// <see langword="null"/> if the kubelet refuses the configuration.
    /// </summary>
    public string? WarningId { get; }

    /// <summary>The path of the file or directory, as it was given.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1; 0 if the problem is not in the text of a file.</summary>
    public int Line { get; }

    /// <summary>The column in characters, counted from 1; 0 if the problem is not in the text of a file.</summary>
    public int Column { get; }

    /// <summary>What is wrong and what to do, on one line.</summary>
    public string Message { get; }

    /// <summary>
    /// How the kubelet words this problem; empty for a warning and for a problem behind the one at which it stops. If the kind or API version is
    /// missing, that is the text of the whole file, secrets included.
    /// </summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string KubeletMessage { get; }

    /// <summary>Whether <see cref="KubeletMessage"/> repeats the whole file.</summary>
    internal bool HoldsFile => KubeletMessage.StartsWith(FileInMessage, StringComparison.Ordinal);

    /// <summary><see cref="KubeletMessage"/> without the content of the file.</summary>
    internal string SafeKubeletMessage =>
        HoldsFile ? $"{KubeletMessage[..KubeletMessage.IndexOf(" in '", StringComparison.Ordinal)]} in '…'" : KubeletMessage;

    /// <summary>The same problem, which the kubelet does not print.</summary>
    internal ConfigProblem Silent() => new(File, Line, Column, Message, kubeletMessage: "", WarningId);

    /// <summary>The place, <see cref="Message"/> and, in parentheses, <see cref="WarningId"/>.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString()
    {
        var file = MessageText.Name(File);
        var place = Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{file}:{Line}:{Column}") : file;
        return WarningId is null ? $"{place}: {Message}" : $"{place}: {Message} ({WarningId})";
    }
}

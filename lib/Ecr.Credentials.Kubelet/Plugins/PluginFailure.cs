using System.Diagnostics;
using System.Text;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Why there are no credentials from a provider: what the kubelet logs, and the same as it can be shown.</summary>
/// <remarks>Immutable.</remarks>
[DebuggerDisplay("{Message,nq}")]
internal sealed class PluginFailure
{
    // Anything shorter is more likely a part of other words than a secret.
    private const int MinSecretLength = 6;

    // Four bytes of UTF-8 for each character that one line can show, and as much again for what the line leaves out.
    private const int MaxShownErrorLength = 64 * 1024;

    private readonly string _reason;
    private readonly ReadOnlyMemory<byte> _standardError;
    private readonly bool _hasStandardError;

    private PluginFailure(string reason, string message, string? detail, ReadOnlyMemory<byte> standardError, bool hasStandardError)
    {
        _reason = reason;
        _standardError = standardError;
        _hasStandardError = hasStandardError;
        Message = message;
        Detail = detail;
    }

    /// <summary>What happened, on one line and without secrets.</summary>
    public string Message { get; }

    /// <summary>What is wrong with a response, where the kubelet does not say it; null otherwise.</summary>
    public string? Detail { get; }

    /// <summary>The text as the kubelet has it, with what the plugin wrote to standard error unchanged. Not for display: it may contain secrets.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string KubeletText => _hasStandardError ? $"{_reason}: {GoText.Decode(_standardError.Span)}" : _reason;

    /// <summary>A plugin did not run to a good end.</summary>
    /// <param name="reason">What the kubelet says of it, which holds no text of the plugin's.</param>
    /// <param name="standardError">What the plugin wrote to standard error.</param>
    /// <param name="secrets">What the plugin knows and may have repeated.</param>
    public static PluginFailure OfExecution(string reason, ReadOnlyMemory<byte> standardError, IEnumerable<string> secrets)
    {
        var shown = standardError.Length > MaxShownErrorLength ? standardError[..MaxShownErrorLength] : standardError;
        var line = MessageText.OneLine(Hide(Encoding.UTF8.GetString(shown.Span), secrets));
        return new PluginFailure(reason, line.Length == 0 ? MessageText.OneLine(reason) : $"{MessageText.OneLine(reason)}: {line}", null, standardError, true);
    }

    /// <summary>Something else failed, or a response was refused.</summary>
    /// <param name="context">What comes first, such as the step that failed.</param>
    /// <param name="reason">What the kubelet says of it.</param>
    /// <param name="detail">What it does not say, or null.</param>
    /// <param name="secrets">What the reason could repeat.</param>
    public static PluginFailure Of(string context, string reason, string? detail, IEnumerable<string> secrets)
    {
        var known = secrets.ToArray();
        var line = MessageText.OneLine(Hide(reason, known));
        return new PluginFailure(
            $"{context}{reason}", MessageText.OneLine(context + line), detail is null ? null : MessageText.OneLine(Hide(detail, known)), default, false);
    }

    /// <summary>The message.</summary>
    public override string ToString() => Message;

    private static string Hide(string text, IEnumerable<string> secrets)
    {
        // The longest first, so that no part of it is left where a shorter one is a part of it.
        foreach (var secret in secrets.Where(secret => secret.Length >= MinSecretLength).OrderByDescending(secret => secret.Length))
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        return text;
    }
}

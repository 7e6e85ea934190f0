using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Kubelet.Configuration.Documents;

/// <summary>A document cannot be read: its syntax is wrong, or the kubelet does not accept it.</summary>
/// <param name="kubeletMessage">The reason as the kubelet words it.</param>
/// <param name="position">The place in the text.</param>
/// <param name="message">The reason for the person who must act.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Caught where a configuration is read.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Caught where a configuration is read.")]
internal sealed class DocumentException(string kubeletMessage, int position, string message) : Exception(message)
{
    public string KubeletMessage { get; } = kubeletMessage;

    public int Position { get; } = position;
}

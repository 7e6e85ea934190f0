using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>A document cannot be read: its syntax is wrong, or the kubelet does not accept it.</summary>
/// <param name="kubeletMessage">The reason as the kubelet words it.</param>
/// <param name="position">The place in the text.</param>
/// <param name="message">The reason for the person who must act.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Thrown and caught in this directory only.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Thrown and caught in this directory only.")]
internal sealed class DocumentException(string kubeletMessage, int position, string message) : Exception(message)
{
    public string KubeletMessage { get; } = kubeletMessage;

    public int Position { get; } = position;
}

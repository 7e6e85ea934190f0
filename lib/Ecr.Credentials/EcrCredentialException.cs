using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials;

/// <summary>
/// Says why no credential could be given. The message names what is wrong and what to do about it, on one line, and never holds a secret.
/// </summary>
/// <param name="reason">Why there is no credential.</param>
/// <param name="message">What is wrong and what to do, for the person who must act.</param>
/// <param name="innerException">The cause, if it was another exception.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "An exception without a reason helps nobody.")]
public sealed class EcrCredentialException(EcrCredentialErrorReason reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Why there is no credential.</summary>
    public EcrCredentialErrorReason Reason { get; } = reason;

    /// <summary>The AWS error code, such as <c>AccessDeniedException</c>; <see langword="null"/> when no AWS service answered.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The id that AWS gave the failed call; <see langword="null"/> when there is none.</summary>
    public string? RequestId { get; init; }
}

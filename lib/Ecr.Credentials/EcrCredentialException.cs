using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials;

/// <summary>
/// The exception that is thrown when credentials could not be obtained. The message says on one line what is wrong and what to do; it never contains a
/// secret.
/// </summary>
/// <param name="reason">The reason for the failure.</param>
/// <param name="message">What is wrong and what to do, on one line.</param>
/// <param name="innerException">The cause, if it was another exception.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Callers decide by the reason, so it is required.")]
public sealed class EcrCredentialException(EcrCredentialErrorReason reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Gets the reason for the failure.</summary>
    public EcrCredentialErrorReason Reason { get; } = reason;

    /// <summary>Gets the AWS error code, such as <c>AccessDeniedException</c>; <see langword="null"/> if no AWS service returned an error.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Gets the AWS request ID of the failed call; <see langword="null"/> if there is none.</summary>
    public string? RequestId { get; init; }
}

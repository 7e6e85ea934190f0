using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials;

/// <summary>
/// Thrown when no credentials can be provided. The message says what is wrong and what to do, on one line, and never contains a secret.
/// </summary>
/// <param name="reason">The kind of failure.</param>
/// <param name="message">What is wrong and what to do, for the person who must act.</param>
/// <param name="innerException">The cause, if it was another exception.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "An exception without a reason is of no use.")]
public sealed class EcrCredentialException(EcrCredentialErrorReason reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The kind of failure.</summary>
    public EcrCredentialErrorReason Reason { get; } = reason;

    /// <summary>
    /// Whether a retry may help without anyone changing something: AWS throttled the call or failed, or the network did. By default
    /// <see langword="true"/> for <see cref="EcrCredentialErrorReason.Throttled"/>, <see cref="EcrCredentialErrorReason.Unreachable"/>,
    /// <see cref="EcrCredentialErrorReason.ServiceError"/> and <see cref="EcrCredentialErrorReason.Timeout"/>.
    /// </summary>
    public bool IsTransient { get; init; } = reason
        is EcrCredentialErrorReason.Throttled
        or EcrCredentialErrorReason.Unreachable
        or EcrCredentialErrorReason.ServiceError
        or EcrCredentialErrorReason.Timeout;

    /// <summary>The AWS error code, such as <c>AccessDeniedException</c>; <see langword="null"/> if no AWS service answered.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The request ID of the failed AWS call; <see langword="null"/> if there is none.</summary>
    public string? RequestId { get; init; }

    internal static EcrCredentialException InvalidConfiguration(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, message, cause);

    /// <summary>The same failure without its cause, whose message may contain a secret, for a log.</summary>
    internal EcrCredentialException WithoutCause() => InnerException is null
        ? this
        : new EcrCredentialException(Reason, Message) { ErrorCode = ErrorCode, RequestId = RequestId, IsTransient = IsTransient };

    /// <summary>The same failure, its message preceded by what failed because of it and a colon.</summary>
    internal EcrCredentialException WithContext(string context) => new(Reason, $"{context}: {Message}", InnerException)
    {
        ErrorCode = ErrorCode,
        RequestId = RequestId,
        IsTransient = IsTransient,
    };
}

using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Aws.Http;

/// <summary>An attempt of a call timed out. The message says what was waited for, how long and how often, without an address.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Only created here.")]
internal sealed class AttemptTimeoutException(string message, Exception cause) : TimeoutException(message, cause);

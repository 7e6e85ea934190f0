using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>What a credential source found: credentials, or why there are none.</summary>
internal sealed class CredentialResult
{
    private CredentialResult(ResolvedCredentials? credentials, string? notFoundReason)
    {
        Credentials = credentials;
        NotFoundReason = notFoundReason;
    }

    public ResolvedCredentials? Credentials { get; }

    /// <summary>Why there are none, to be read in the middle of a sentence, such as <c>AWS_ACCESS_KEY_ID is not set</c>.</summary>
    public string? NotFoundReason { get; }

    [MemberNotNullWhen(true, nameof(Credentials))]
    [MemberNotNullWhen(false, nameof(NotFoundReason))]
    public bool IsFound => Credentials is not null;

    public static CredentialResult Found(ResolvedCredentials credentials) => new(credentials, null);

    public static CredentialResult NotFound(string reason) => new(null, reason);
}

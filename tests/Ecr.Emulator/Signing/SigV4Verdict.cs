using Ecr.Emulator.Services;

namespace Ecr.Emulator.Signing;

/// <summary>The result of verifying a request's signature.</summary>
internal sealed record SigV4Verdict
{
    /// <summary>Null if the request is unsigned or its Authorization header cannot be parsed.</summary>
    public SigV4Authorization? Authorization { get; init; }

    /// <summary>The credentials that the key belongs to; null for an unknown key.</summary>
    public EmulatedCredentials? Credentials { get; init; }

    /// <summary>Why the request is rejected; null if it is accepted or no signature is required.</summary>
    public AwsError? Error { get; init; }

    public bool IsVerified => Credentials is not null && Error is null;
}

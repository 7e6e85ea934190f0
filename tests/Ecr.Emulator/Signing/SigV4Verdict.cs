using Ecr.Emulator.Services;

namespace Ecr.Emulator.Signing;

/// <summary>What came of looking at a request's signature.</summary>
internal sealed record SigV4Verdict
{
    /// <summary>Null where the request is unsigned, or so that nobody can read it.</summary>
    public SigV4Authorization? Authorization { get; init; }

    /// <summary>Whose key it is; null for an unknown key.</summary>
    public EmulatedCredentials? Credentials { get; init; }

    /// <summary>Why the request is refused; null where all is well, or no signature was asked for.</summary>
    public AwsError? Error { get; init; }

    public bool IsVerified => Credentials is not null && Error is null;
}

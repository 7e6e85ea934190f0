using Ecr.Emulator.Services;

namespace Ecr.Emulator.Signing;

/// <summary>The result of verifying a request's signature.</summary>
internal sealed record SigV4Verdict
{
    /// <summary>The parsed header; null if the request is unsigned or the header is malformed.</summary>
    public SigV4Authorization? Authorization { get; init; }

    /// <summary>The credentials of the key; null for an unknown key.</summary>
    public EmulatedCredentials? Credentials { get; init; }

    /// <summary>The error; null if the signature is valid or not required.</summary>
    public AwsError? Error { get; init; }

    public bool IsVerified => Credentials is not null && Error is null;
}

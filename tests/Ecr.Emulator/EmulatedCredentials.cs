namespace Ecr.Emulator;

/// <summary>Credentials that the emulator issued and accepts.</summary>
public sealed class EmulatedCredentials
{
    public required string AccessKeyId { get; init; }

    public required string SecretAccessKey { get; init; }

    /// <summary>Null for a user's long-term key.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Null for a user's long-term key.</summary>
    public DateTimeOffset? Expiration { get; init; }

    /// <summary>The user or the assumed role that these credentials represent.</summary>
    public required string PrincipalArn { get; init; }

    public override string ToString() => $"{AccessKeyId} ({PrincipalArn})";
}

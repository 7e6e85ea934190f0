using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>The session that <c>aws login</c> stores.</summary>
/// <remarks>A class and not a record, because nearly all of it is secret.</remarks>
internal sealed class LoginToken
{
    public required ImmutableCredentials Credentials { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string RefreshToken { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The private key of the session, as PEM text.</summary>
    public required string DpopKey { get; init; }

    public override string ToString() => "a session of aws login";
}

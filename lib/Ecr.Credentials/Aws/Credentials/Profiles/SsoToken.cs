namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>What <c>aws sso login</c> leaves behind.</summary>
/// <remarks>Nearly all of it is secret: a class, whose text shows none of it.</remarks>
internal sealed class SsoToken
{
    public required string AccessToken { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string? RefreshToken { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public DateTimeOffset? RegistrationExpiresAt { get; init; }

    /// <summary>Whether a new token can be had without a person.</summary>
    public bool IsRenewable(DateTimeOffset now) =>
        RefreshToken is not null && ClientId is not null && ClientSecret is not null && !(RegistrationExpiresAt <= now);

    public override string ToString() => "a token of IAM Identity Center";
}

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>The token that <c>aws sso login</c> stores.</summary>
/// <remarks>A class and not a record, because nearly all of it is secret.</remarks>
internal sealed class SsoToken
{
    public required string AccessToken { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string? RefreshToken { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public DateTimeOffset? RegistrationExpiresAt { get; init; }

    /// <summary>Whether the token can be refreshed without a user.</summary>
    public bool IsRefreshable(DateTimeOffset now) =>
        RefreshToken is not null && ClientId is not null && ClientSecret is not null && !(RegistrationExpiresAt <= now);

    public override string ToString() => "a token of IAM Identity Center";
}

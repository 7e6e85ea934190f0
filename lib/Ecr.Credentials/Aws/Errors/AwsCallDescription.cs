using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Aws.Errors;

/// <summary>A call of an AWS service, described for the messages about its failure.</summary>
/// <param name="Endpoint">Where it goes.</param>
/// <param name="Region">The region it is for.</param>
/// <param name="DeniedAdvice">What to do if AWS denies the call, as a sentence.</param>
internal sealed record AwsCallDescription(Uri Endpoint, string Region, string DeniedAdvice)
{
    /// <summary>What the call sends that must not appear in a message: a service or proxy may repeat it. Elements may be <see langword="null"/>.</summary>
    public IReadOnlyList<string?> Secrets { get; init; } = [];

    /// <summary>What it means and what to do if AWS reports that the caller's credentials have expired, as sentences.</summary>
    public string ExpiredMessage { get; init; } = "the AWS session credentials have expired. Refresh them.";

    /// <summary>A call of <c>GetAuthorizationToken</c>.</summary>
    public static AwsCallDescription OfToken(Uri endpoint, EcrRegistry registry) => new(
        endpoint,
        registry.Region,
        registry.IsPublic
            ? "Allow ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken on \"*\" for these credentials."
            : "Allow ecr:GetAuthorizationToken on \"*\" for these credentials.");
}

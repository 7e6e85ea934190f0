using Ecr.Credentials.Identity;

namespace Ecr.Credentials.Aws.Sts;

/// <summary>A role to be assumed.</summary>
/// <param name="Role">The role.</param>
/// <param name="Name">The session's name, which AWS writes into its logs; null for the product's.</param>
/// <param name="ExternalId">What the role's trust policy wants to hear, if anything.</param>
internal sealed record RoleSession(AwsRoleArn Role, string? Name = null, string? ExternalId = null)
{
    private const string DefaultName = "ecr-credential-provider";

    public string Name { get; } = Name ?? DefaultName;
}

using Ecr.Credentials.Identity;

namespace Ecr.Credentials.Aws.Sts;

/// <summary>A role to be assumed.</summary>
/// <param name="Role">The role.</param>
/// <param name="Name">The session name, which AWS writes into its logs; that of the client if <see langword="null"/>.</param>
/// <param name="ExternalId">The external ID, if the role's trust policy requires one.</param>
/// <param name="DurationSeconds">The lifetime of the session in seconds; STS's default of one hour if <see langword="null"/>.</param>
/// <param name="Tags">The session tags; none if <see langword="null"/>.</param>
internal sealed record RoleSession(
    AwsRoleArn Role, string? Name = null, string? ExternalId = null, int? DurationSeconds = null, SessionTags? Tags = null);

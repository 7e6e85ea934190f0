using Ecr.Credentials.Identity;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials;

/// <summary>Selects the AWS identity for a request: the service account's role, that of the first matching rule, or the default one.</summary>
/// <param name="options">The rules, and how service accounts without a role are handled.</param>
/// <param name="environment">Reads an environment variable; <see langword="null"/> if it is not set or empty.</param>
internal sealed class IdentitySelector(EcrCredentialProviderOptions options, Func<string, string?> environment)
{
    private const string RoleVariable = "AWS_ECR_ROLE_ARN";

    // The first is for pulls alone and was introduced by the plugin of AWS's cloud provider; the second is EKS's own.
    private static readonly string[] RoleAnnotations = ["eks.amazonaws.com/ecr-role-arn", "eks.amazonaws.com/role-arn"];

    private readonly EcrIdentityRule[] _rules = options.CopyIdentityRules();
    private readonly ImagePatternSet? _patterns =
        options.IdentityRules.Count > 0 ? new ImagePatternSet(options.IdentityRules.Select(rule => rule.Pattern)) : null;

    private readonly ServiceAccountHandling _serviceAccount = options.ServiceAccount;

    /// <summary>Whether images of one registry may have different identities, so that a password must not be reused for the registry.</summary>
    public bool DependsOnPath { get; } = options.IdentityRules.Any(rule => rule.Pattern.ToString().Contains('/', StringComparison.Ordinal));

    /// <param name="image">The image.</param>
    /// <param name="serviceAccountToken">The token of the pod's service account, if the request has one.</param>
    /// <param name="annotations">The annotations of the service account.</param>
    /// <exception cref="EcrCredentialException">The service account's role is invalid, or it has none and one is required.</exception>
    public EcrIdentity Select(string image, string? serviceAccountToken, IReadOnlyDictionary<string, string> annotations)
    {
        if (serviceAccountToken is null)
        {
            return Select(image);
        }

        if (FindRole(annotations) is var (setting, role))
        {
            // Falling back to another identity would give the pod permissions that its role does not have.
            return EcrIdentity.FromWebIdentity(serviceAccountToken, AwsRoleArn.ParseSetting(setting, role), "the service account's token");
        }

        return _serviceAccount == ServiceAccountHandling.Optional
            ? Select(image)
            : throw EcrCredentialException.InvalidConfiguration(
                $"the pod's service account has no role, and one is required: annotate it with {RoleAnnotations[0]} and pass the annotation on, "
                    + $"or set {RoleVariable}.");
    }

    /// <summary>The identity for an image without a service account.</summary>
    public EcrIdentity Select(ReadOnlySpan<char> image) => Find(image) ?? EcrIdentity.Default;

    /// <summary>The identity of the first matching rule; <see langword="null"/> if none matches.</summary>
    public EcrIdentity? Find(ReadOnlySpan<char> image) => _patterns?.FirstMatch(image) is >= 0 and var rule ? _rules[rule].Identity : null;

    private (string Setting, string Role)? FindRole(IReadOnlyDictionary<string, string> annotations)
    {
        foreach (var annotation in RoleAnnotations)
        {
            // Templates write empty annotations for service accounts without a role.
            if (annotations.TryGetValue(annotation, out var role) && role.Length > 0)
            {
                return ($"the service account's annotation {annotation}", role);
            }
        }

        return environment(RoleVariable) is { } common ? (RoleVariable, common) : null;
    }
}

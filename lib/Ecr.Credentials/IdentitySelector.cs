using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials;

/// <summary>Decides with which AWS identity a password is asked for: the service account's role, that of a rule, or the default one.</summary>
internal sealed class IdentitySelector
{
    private const string RoleVariable = "AWS_ECR_ROLE_ARN";

    // EKS's own annotation for roles, and before it one for pulls alone, which the plugin of AWS's cloud provider introduced.
    private static readonly string[] RoleAnnotations = ["eks.amazonaws.com/ecr-role-arn", "eks.amazonaws.com/role-arn"];

    private readonly EcrIdentityRule[] _rules;
    private readonly ServiceAccountHandling _serviceAccount;

    public IdentitySelector(EcrCredentialProviderOptions options)
    {
        _rules = options.CopyIdentityRules();
        _serviceAccount = options.ServiceAccount;
        DependsOnPath = Array.Exists(_rules, static rule => rule.Pattern.ToString().Contains('/', StringComparison.Ordinal));
    }

    /// <summary>Whether images of one registry may be asked for with different identities, so that a password must not be reused for the registry.</summary>
    public bool DependsOnPath { get; }

    /// <exception cref="EcrCredentialException">The service account's role cannot be used, or there is none and there must be one.</exception>
    public EcrIdentity Select(CredentialProviderRequest request)
    {
        if (request.ServiceAccountToken is not { } token)
        {
            return Select(request.Image);
        }

        if (FindRole(request) is var (setting, role))
        {
            // To answer with another identity where a role was asked for would give the pod rights that nobody granted it.
            return EcrIdentity.FromWebIdentity(token, AwsRoleArn.ParseSetting(setting, role));
        }

        return _serviceAccount == ServiceAccountHandling.Optional
            ? Select(request.Image)
            : throw Misconfigured(
                $"The pod's service account names no role, and one is required. Annotate it with {RoleAnnotations[0]}, "
                    + $"and list the annotation in the kubelet's provider configuration, or set {RoleVariable}.");
    }

    public EcrIdentity Select(ReadOnlySpan<char> image)
    {
        foreach (var rule in _rules)
        {
            if (rule.Pattern.IsMatch(image))
            {
                return rule.Identity;
            }
        }

        return EcrIdentity.Default;
    }

    private static (string Setting, string Role)? FindRole(CredentialProviderRequest request)
    {
        foreach (var annotation in RoleAnnotations)
        {
            if (request.ServiceAccountAnnotations.TryGetValue(annotation, out var role))
            {
                return ($"The service account's annotation {annotation}", role);
            }
        }

        return AwsEnvironment.Get(RoleVariable) is { } common ? ($"The variable {RoleVariable}", common) : null;
    }

    private static EcrCredentialException Misconfigured(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, message, cause);
}

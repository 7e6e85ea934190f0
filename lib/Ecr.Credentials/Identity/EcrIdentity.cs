using System.Diagnostics;
using Amazon.Runtime;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Identity;

/// <summary>The AWS identity that requests tokens from ECR.</summary>
/// <remarks>
/// Immutable. Identities with the same values are equal and share cached tokens. <see cref="ToString"/> and the debugger do not show tokens or keys.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class EcrIdentity : IEquatable<EcrIdentity>
{
    private EcrIdentity(Choice value) => Value = value;

    /// <summary>
    /// Gets the identity of the default credential chain, in the order of the AWS SDKs: keys in the environment, web identity, the profile selected by
    /// <c>AWS_PROFILE</c>, container credentials, the instance's role.
    /// </summary>
    public static EcrIdentity Default { get; } = new(new DefaultChain());

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal Choice Value { get; }

    /// <summary>Creates an identity that uses a profile of the shared AWS config and credentials files.</summary>
    /// <param name="name">The name of the profile.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static EcrIdentity Profile(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new EcrIdentity(new ProfileChoice(name));
    }

    /// <summary>Creates an identity that assumes a role, using the <see cref="Default"/> identity.</summary>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/pull</c>.</param>
    /// <param name="externalId">The external ID, if the role's trust policy requires one.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException"><paramref name="roleArn"/> is not a valid role ARN.</exception>
    public static EcrIdentity Role(string roleArn, string? externalId = null) => FromRole(ParseRole(roleArn), externalId);

    /// <summary>Creates an identity that assumes a role with an OpenID Connect token, such as that of a Kubernetes service account.</summary>
    /// <param name="token">The token.</param>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/pull</c>.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The token is empty, or <paramref name="roleArn"/> is not a valid role ARN.</exception>
    public static EcrIdentity WebIdentity(string token, string roleArn)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        return FromWebIdentity(token, ParseRole(roleArn));
    }

    /// <summary>
    /// Creates an identity from AWS credentials, which are read for each call. Two such identities are equal if their credentials objects are equal.
    /// </summary>
    /// <param name="credentials">The credentials.</param>
    /// <returns>The identity.</returns>
    public static EcrIdentity Credentials(AWSCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new EcrIdentity(new CredentialsChoice(credentials));
    }

    /// <summary>Determines whether two identities have the same values.</summary>
    /// <param name="other">The other identity.</param>
    /// <returns><see langword="true"/> if they are equal.</returns>
    public bool Equals(EcrIdentity? other) => (object)this == other || (other is not null && Value == other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EcrIdentity);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Returns a description of the identity, without tokens and keys.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => Value.ToString();

    internal static EcrIdentity FromRole(AwsRoleArn arn, string? externalId) => new(new RoleChoice(arn, externalId));

    internal static EcrIdentity FromWebIdentity(string token, AwsRoleArn arn) => new(new WebIdentityChoice(token, arn));

    private static AwsRoleArn ParseRole(string roleArn)
    {
        ArgumentNullException.ThrowIfNull(roleArn);
        try
        {
            return AwsRoleArn.Parse(roleArn);
        }
        catch (FormatException e)
        {
            throw new ArgumentException(e.Message, nameof(roleArn), e);
        }
    }

    /// <summary>The kind of identity and its values.</summary>
    internal abstract record Choice
    {
        public sealed override string ToString() => Describe();

        protected abstract string Describe();
    }

    internal sealed record DefaultChain : Choice
    {
        protected override string Describe() => "the default AWS identity";
    }

    internal sealed record ProfileChoice(string Name) : Choice
    {
        protected override string Describe() => $"the profile {MessageText.Quote(Name)}";
    }

    internal sealed record RoleChoice(AwsRoleArn Arn, string? ExternalId) : Choice
    {
        protected override string Describe() => $"the role {Arn}";
    }

    internal sealed record WebIdentityChoice(string Token, AwsRoleArn Arn) : Choice
    {
        protected override string Describe() => $"the role {Arn}, assumed with a web identity token";
    }

    internal sealed record CredentialsChoice(AWSCredentials Credentials) : Choice
    {
        protected override string Describe() => "the caller's AWS credentials";
    }
}

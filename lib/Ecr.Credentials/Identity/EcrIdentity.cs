using System.Diagnostics;
using Amazon.Runtime;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Identity;

/// <summary>The AWS identity with which ECR is asked for a token.</summary>
/// <remarks>
/// Immutable. Two identities that are made of the same values are equal, and share tokens in a cache. <see cref="ToString"/> and the debugger show no
/// token and no key.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class EcrIdentity : IEquatable<EcrIdentity>
{
    private EcrIdentity(Choice value) => Value = value;

    /// <summary>
    /// The first identity that is found in the order of every AWS SDK: keys in the environment, a web identity, the profile that <c>AWS_PROFILE</c>
    /// names, container credentials, the instance's role.
    /// </summary>
    public static EcrIdentity Default { get; } = new(new DefaultChain());

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal Choice Value { get; }

    /// <summary>A profile of the AWS config and credentials files.</summary>
    /// <param name="name">The profile's name.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static EcrIdentity Profile(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new EcrIdentity(new ProfileChoice(name));
    }

    /// <summary>A role that is assumed by <see cref="Default"/>.</summary>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/pull</c>.</param>
    /// <param name="externalId">What the role's trust policy wants to hear, if anything.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException"><paramref name="roleArn"/> is not the ARN of a role.</exception>
    public static EcrIdentity Role(string roleArn, string? externalId = null) => FromRole(ParseRole(roleArn), externalId);

    /// <summary>A role that is assumed with a token from an OpenID Connect provider, such as a Kubernetes service account's.</summary>
    /// <param name="token">The token.</param>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/pull</c>.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The token is empty, or <paramref name="roleArn"/> is not the ARN of a role.</exception>
    public static EcrIdentity WebIdentity(string token, string roleArn)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        return FromWebIdentity(token, ParseRole(roleArn));
    }

    /// <summary>Credentials of the caller's own, asked again for each call. Equal to another identity if the object is.</summary>
    /// <param name="credentials">The credentials.</param>
    /// <returns>The identity.</returns>
    public static EcrIdentity Credentials(AWSCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new EcrIdentity(new CredentialsChoice(credentials));
    }

    /// <summary>Whether both are made of the same values.</summary>
    /// <param name="other">The other identity.</param>
    /// <returns><see langword="true"/> if they are.</returns>
    public bool Equals(EcrIdentity? other) => (object)this == other || (other is not null && Value == other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EcrIdentity);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>What the identity is, without token and keys.</summary>
    /// <returns>The text.</returns>
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

    /// <summary>One of the kinds of identity, with what belongs to it.</summary>
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
        protected override string Describe() => "credentials of the caller";
    }
}

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

    /// <summary>The profile that the identity or its source names; <see langword="null"/> if there is none.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal string? ProfileName => Value switch
    {
        ProfileChoice profile => profile.Name,
        RoleChoice role => role.Source.ProfileName,
        _ => null,
    };

    /// <summary>Creates an identity that uses a profile of the shared AWS config and credentials files.</summary>
    /// <param name="name">The name of the profile.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static EcrIdentity Profile(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new EcrIdentity(new ProfileChoice(name));
    }

    /// <summary>Creates an identity that assumes a role.</summary>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/pull</c>.</param>
    /// <param name="externalId">The external ID, if the role's trust policy requires one.</param>
    /// <param name="source">The identity that assumes the role; <see cref="Default"/> if omitted.</param>
    /// <param name="sessionName">
    /// The session name, which AWS writes into its logs: 2 to 64 letters, digits and <c>_+=,.@-</c>; <c>Ecr.Credentials</c> if omitted.
    /// </param>
    /// <param name="duration">The lifetime of the session, from 15 minutes to 12 hours in whole seconds; AWS's default of one hour if omitted.</param>
    /// <param name="tags">Session tags, such as a tenant's ID; at most 50. None if omitted.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="roleArn"/> is not a valid role ARN, or <paramref name="sessionName"/>, <paramref name="duration"/> or <paramref name="tags"/> is out
    /// of range.
    /// </exception>
    public static EcrIdentity Role(
        string roleArn,
        string? externalId = null,
        EcrIdentity? source = null,
        string? sessionName = null,
        TimeSpan? duration = null,
        IEnumerable<KeyValuePair<string, string>>? tags = null)
    {
        if (sessionName is not null && !IsSessionName(sessionName))
        {
            throw new ArgumentException(
                $"invalid session name {MessageText.Quote(sessionName)}: expected 2 to 64 letters, digits and _+=,.@-", nameof(sessionName));
        }

        // The limits are those of STS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
        if (duration is { } time && (time < TimeSpan.FromMinutes(15) || time > TimeSpan.FromHours(12) || time.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            throw new ArgumentOutOfRangeException(nameof(duration), time, "the duration must be from 15 minutes to 12 hours in whole seconds");
        }

        return new EcrIdentity(new RoleChoice(ParseRole(roleArn), externalId)
        {
            Source = source ?? Default,
            SessionName = sessionName,
            DurationSeconds = (int)(duration ?? TimeSpan.Zero).TotalSeconds,
            Tags = SessionTags.Create(tags),
        });
    }

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
    /// Creates an identity from AWS credentials, which are read for each call. Two such identities are equal if their credentials objects are equal; for
    /// credentials that are created anew each time, use <see cref="Credentials(AWSCredentials, string)"/>.
    /// </summary>
    /// <param name="credentials">The credentials.</param>
    /// <returns>The identity.</returns>
    public static EcrIdentity Credentials(AWSCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new EcrIdentity(new CredentialsChoice(credentials));
    }

    /// <summary>
    /// Creates an identity from AWS credentials that are identified by a key, such as a tenant's ID: identities with equal keys are equal and share cached
    /// tokens, whatever their credentials. A call uses the credentials of the request that starts it.
    /// </summary>
    /// <param name="credentials">The credentials, which are read for each call.</param>
    /// <param name="key">The key, which is not a secret. The caller must use a key for the credentials of one account or tenant only.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static EcrIdentity Credentials(AWSCredentials credentials, string key)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new EcrIdentity(new KeyedCredentialsChoice(credentials, key));
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

    /// <param name="token">The token.</param>
    /// <param name="arn">The role.</param>
    /// <param name="tokenName">Describes the token, for messages.</param>
    internal static EcrIdentity FromWebIdentity(string token, AwsRoleArn arn, string tokenName = "the web identity token") =>
        new(new WebIdentityChoice(token, arn, tokenName));

    private static bool IsSessionName(string name) =>
        name.Length is >= 2 and <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || "_+=,.@-".Contains(c, StringComparison.Ordinal));

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
        public EcrIdentity Source { get; init; } = Default;

        public string? SessionName { get; init; }

        /// <summary>The lifetime of the session; STS's default if zero.</summary>
        public int DurationSeconds { get; init; }

        public SessionTags Tags { get; init; } = SessionTags.None;

        protected override string Describe() => $"the role {Arn}";
    }

    internal sealed record WebIdentityChoice(string Token, AwsRoleArn Arn, string TokenName) : Choice
    {
        public bool Equals(WebIdentityChoice? other) => other is not null && Token == other.Token && Arn == other.Arn;

        public override int GetHashCode() => HashCode.Combine(Token, Arn);

        protected override string Describe() => $"the role {Arn}, assumed with a web identity token";
    }

    internal sealed record CredentialsChoice(AWSCredentials Credentials) : Choice
    {
        protected override string Describe() => "the caller's AWS credentials";
    }

    internal sealed record KeyedCredentialsChoice(AWSCredentials Credentials, string Key) : Choice
    {
        public bool Equals(KeyedCredentialsChoice? other) => other is not null && Key == other.Key;

        public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

        protected override string Describe() => $"the AWS credentials of {MessageText.Quote(Key)}";
    }
}

using System.Diagnostics;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Sts;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>AWS credentials and where they come from.</summary>
/// <param name="credentials">The credentials.</param>
/// <param name="origin">Where they come from, to be read after "from", such as <c>the environment (AWS_ACCESS_KEY_ID)</c>.</param>
/// <param name="isConfigured">Whether a person has written them, who can correct them.</param>
/// <exception cref="EcrCredentialException">A key or the session token contains an invalid character.</exception>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class ResolvedCredentials(ImmutableCredentials credentials, string origin, bool isConfigured = false)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ImmutableCredentials Credentials { get; } = Check(credentials, origin, isConfigured);

    public string Origin { get; } = origin;

    /// <summary>Enough of the access key ID to recognize it.</summary>
    public ReadOnlySpan<char> AccessKeyEnd => Credentials.AccessKey.AsSpan()[^Math.Min(4, Credentials.AccessKey.Length)..];

    /// <summary>The credentials in the form of the SDK's clients, which then never look for others.</summary>
    public AWSCredentials ToFixedCredentials() =>
        Credentials.UseToken
            ? new SessionAWSCredentials(Credentials.AccessKey, Credentials.SecretKey, Credentials.Token)
            : new BasicAWSCredentials(Credentials.AccessKey, Credentials.SecretKey);

    /// <summary>Assumes a role with these credentials.</summary>
    /// <exception cref="EcrCredentialException">The role cannot be assumed.</exception>
    public async Task<ResolvedCredentials> AssumeRoleAsync(
        StsClient sts, RoleSession session, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var assumed = await sts.AssumeRoleAsync(
            ToFixedCredentials(), ToString(), session, lookup.Registry, lookup.Settings, lookup.Progress, cancellationToken).ConfigureAwait(false);
        return new ResolvedCredentials(assumed, $"the role {session.Role}, assumed with {this}");
    }

    private static ImmutableCredentials Check(ImmutableCredentials credentials, string origin, bool isConfigured) =>
        FindInvalid(credentials) switch
        {
            null => credentials,
            var what when isConfigured => throw EcrCredentialException.InvalidConfiguration(
                $"{what} from {origin} contains an invalid character such as a line break: remove it"),
            var what => throw new EcrCredentialException(
                EcrCredentialErrorReason.InvalidResponse, $"{what} from {origin} contains an invalid character such as a line break"),
        };

    // Key and token are sent in headers, and the end of the key is shown.
    private static string? FindInvalid(ImmutableCredentials credentials) =>
        !HttpHeaderValue.IsValid(credentials.AccessKey) ? "the access key ID"
        : !HttpHeaderValue.IsValid(credentials.SecretKey) ? "the secret access key"
        : credentials.UseToken && !HttpHeaderValue.IsValid(credentials.Token) ? "the session token"
        : null;

    public override string ToString() => $"the access key ending in {AccessKeyEnd} from {Origin}";
}

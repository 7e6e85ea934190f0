using System.Diagnostics;
using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>AWS credentials, and where they were found.</summary>
/// <param name="credentials">The credentials.</param>
/// <param name="origin">Where they are from, to be read after "credentials from", such as <c>the environment (AWS_ACCESS_KEY_ID)</c>.</param>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class ResolvedCredentials(ImmutableCredentials credentials, string origin)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ImmutableCredentials Credentials { get; } = credentials;

    public string Origin { get; } = origin;

    /// <summary>Enough of the access key's id to recognise it by.</summary>
    public ReadOnlySpan<char> AccessKeyEnd => Credentials.AccessKey.AsSpan()[^Math.Min(4, Credentials.AccessKey.Length)..];

    /// <summary>As the SDK's clients take them, which then never go looking for others.</summary>
    public AWSCredentials ToFixedCredentials() =>
        Credentials.UseToken
            ? new SessionAWSCredentials(Credentials.AccessKey, Credentials.SecretKey, Credentials.Token)
            : new BasicAWSCredentials(Credentials.AccessKey, Credentials.SecretKey);

    public override string ToString() => $"the access key that ends in {AccessKeyEnd}, from {Origin}";
}

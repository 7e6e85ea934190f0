using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Ecr.Emulator.Identities;

/// <summary>Issues credentials and looks up those that were issued.</summary>
internal sealed class CredentialRegistry(string accountId, string partition, TimeProvider timeProvider)
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private readonly ConcurrentDictionary<string, EmulatedCredentials> _byAccessKeyId = new(StringComparer.Ordinal);

    public EmulatedCredentials IssueUserKey(string userName) => Add(new EmulatedCredentials
    {
        AccessKeyId = "AKIA" + RandomNumberGenerator.GetString(Base32, 16),
        SecretAccessKey = NewSecret(30),
        PrincipalArn = $"arn:{partition}:iam::{accountId}:user/{userName}",
    });

    /// <param name="principalArn">The assumed role with its session name.</param>
    /// <param name="lifetime">Zero or less issues expired credentials.</param>
    public EmulatedCredentials IssueSession(string principalArn, TimeSpan lifetime) => Add(new EmulatedCredentials
    {
        AccessKeyId = "ASIA" + RandomNumberGenerator.GetString(Base32, 16),
        SecretAccessKey = NewSecret(30),
        SessionToken = NewSecret(270),
        Expiration = timeProvider.GetUtcNow() + lifetime,
        PrincipalArn = principalArn,
    });

    public EmulatedCredentials? Find(string accessKeyId) => _byAccessKeyId.GetValueOrDefault(accessKeyId);

    private static string NewSecret(int bytes) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));

    private EmulatedCredentials Add(EmulatedCredentials credentials) => _byAccessKeyId[credentials.AccessKeyId] = credentials;
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>
/// The certificate authorities in the file that <c>AWS_CA_BUNDLE</c> names. They replace those of the system, as in other AWS tools:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html"/>.
/// </summary>
internal static class CaBundle
{
    private const string Variable = "AWS_CA_BUNDLE";

    /// <summary>Whether the variable is set, so that the system's authorities are not used.</summary>
    public static bool IsNamed => AwsEnvironment.Get(Variable) is not null;

    /// <summary>Options that trust a server by the variable's bundle if it is set, else by <paramref name="trustStore"/>, else as .NET does.</summary>
    /// <exception cref="EcrCredentialException">The bundle cannot be read, or contains no certificates.</exception>
    public static SslClientAuthenticationOptions CreateSslOptions(LazyTrustStore? trustStore) =>
        FromEnvironment() is { } policy ? new() { CertificateChainPolicy = policy } : trustStore?.CreateOptions() ?? new();

    /// <summary>The policy that trusts the bundle's authorities; <see langword="null"/> if the variable is not set.</summary>
    /// <exception cref="EcrCredentialException">The file cannot be read, or contains no certificates.</exception>
    private static X509ChainPolicy? FromEnvironment()
    {
        if (AwsEnvironment.Get(Variable) is not { } path)
        {
            return null;
        }

        // Like HttpClient and every AWS tool, without checks for revoked certificates.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw EcrCredentialException.InvalidConfiguration($"cannot read {MessageText.Quote(path)} ({Variable}): {MessageText.OneLine(e.Message)}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw EcrCredentialException.InvalidConfiguration($"{MessageText.Quote(path)} ({Variable}) contains no certificates: it must be a PEM file");
    }
}

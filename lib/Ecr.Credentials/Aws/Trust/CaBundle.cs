using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>
/// The certificate authorities that <c>AWS_CA_BUNDLE</c> names. They take the place of the system's, as in other AWS tools:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html"/>.
/// </summary>
internal static class CaBundle
{
    private const string Variable = "AWS_CA_BUNDLE";

    /// <summary>Whether the system's authorities do not matter.</summary>
    public static bool IsNamed => AwsEnvironment.Get(Variable) is not null;

    /// <summary>How a connection decides on its server: by the variable's bundle if it is set, else by <paramref name="trust"/>, else as .NET does.</summary>
    /// <exception cref="EcrCredentialException">The bundle cannot be read, or holds no certificate.</exception>
    public static SslClientAuthenticationOptions CreateSslOptions(LazyTrustStore? trust) =>
        FromEnvironment() is { } policy ? new() { CertificateChainPolicy = policy } : trust?.CreateOptions() ?? new();

    /// <summary>The policy by which a server's certificate is trusted; <see langword="null"/>, which means the system's, if the variable is not set.</summary>
    /// <exception cref="EcrCredentialException">The file cannot be read, or holds no certificate.</exception>
    private static X509ChainPolicy? FromEnvironment()
    {
        if (AwsEnvironment.Get(Variable) is not { } path)
        {
            return null;
        }

        // Like HttpClient by default, and like every AWS tool, without asking issuers about revoked certificates.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Misconfigured($"{Variable} names {MessageText.Quote(path)}, which cannot be read: {MessageText.OneLine(e.Message)}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw Misconfigured($"{Variable} names {MessageText.Quote(path)}, which holds no certificate. Name a file of certificates in PEM form.");
    }

    private static EcrCredentialException Misconfigured(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, message, cause);
}

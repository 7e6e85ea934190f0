using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>
/// The certificate authorities in the file that <c>AWS_CA_BUNDLE</c>, or a profile's <c>ca_bundle</c>, names. They replace those of the system, as in
/// other AWS tools:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html"/>.
/// </summary>
internal static class CaBundle
{
    /// <summary>The length of a bundle: 8 MiB, many times that of a system's.</summary>
    public const int MaxLength = 8 << 20;

    private const string Variable = "AWS_CA_BUNDLE";

    /// <summary>Whether the variable is set, so that the system's authorities are not used.</summary>
    public static bool IsNamed => AwsEnvironment.Get(Variable) is not null;

    /// <summary>The path of the bundle that is used and what names it; <see langword="null"/> if none is.</summary>
    /// <param name="profileBundle">The path of a profile's bundle; that of the variable if <see langword="null"/>.</param>
    public static (string Path, string Source)? Find(string? profileBundle) =>
        profileBundle is not null ? (profileBundle, "ca_bundle")
        : AwsEnvironment.Get(Variable) is { } path ? (path, Variable)
        : null;

    /// <summary>Options that trust a server by a bundle if there is one, else by <paramref name="trustStore"/>, else as .NET does.</summary>
    /// <param name="trustStore">Decides if there is no bundle.</param>
    /// <param name="timeProvider">The clock that messages compare the validity of certificates with.</param>
    /// <param name="profileBundle">The path of a profile's bundle; that of the variable if <see langword="null"/>.</param>
    /// <exception cref="EcrCredentialException">The bundle cannot be read, or contains no certificates.</exception>
    public static SslClientAuthenticationOptions CreateSslOptions(LazyTrustStore? trustStore, TimeProvider timeProvider, string? profileBundle = null)
    {
        var store = Find(profileBundle) is var (path, source) ? new LazyTrustStore(Read(path, source)) : trustStore;
        return store?.CreateOptions(timeProvider) ?? new()
        {
            // Like HttpClient and every AWS tool, without checks for revoked certificates; and nothing is fetched from where the server says.
            CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
            RemoteCertificateValidationCallback = (connection, certificate, chain, errors) =>
                errors == SslPolicyErrors.None
                    ? true
                    : throw ServerCertificateException.Create(connection, certificate, chain, errors, timeProvider),
        };
    }

    private static byte[] Read(string path, string setting)
    {
        byte[] pem;
        try
        {
            pem = LimitedFile.ReadAllBytes(path, MaxLength);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw EcrCredentialException.InvalidConfiguration($"cannot read {MessageText.Quote(path)} ({setting}): {MessageText.OneLine(e.Message)}", e);
        }

        var count = 0;
        var certificates = new PemCertificateReader(pem, skipMalformed: true);
        while (certificates.MoveNext())
        {
            count++;
        }

        if (certificates.IsInvalid)
        {
            throw EcrCredentialException.InvalidConfiguration($"cannot read {MessageText.Quote(path)} ({setting}): certificate {count + 1} in it is invalid");
        }

        return count > 0
            ? pem
            : throw EcrCredentialException.InvalidConfiguration($"{MessageText.Quote(path)} ({setting}) contains no certificates: it must be a PEM file");
    }
}

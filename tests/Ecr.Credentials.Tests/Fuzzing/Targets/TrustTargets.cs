using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ecr.Credentials.Aws.Signin;
using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>Certificates and keys in PEM.</summary>
internal static class TrustTargets
{
    private const string Certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmjCCAT+gAwIBAgIUeNmt1dCnJQnKJv7JlphD2Iho1cAwCgYIKoZIzj0EAwIw
        ITEQMA4GA1UECgwHRXhhbXBsZTENMAsGA1UEAwwEUm9vdDAgFw0yNjExMjUxNDQ1
        MDNaGA8yMTI2MTEwMTE0NDUwM1owITEQMA4GA1UECgwHRXhhbXBsZTENMAsGA1UE
        AwwEUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAr7dZDZ4OtgBi/EcJwG
        B0fJfUWl3q8Pdgl1hkVnFjVMZTm62RpdaSFfD45mNXe2JV79JH3IAfftlafiQFGF
        fNSjUzBRMB0GA1UdDgQWBBRcmSN3Njq0CoJA86iO82ZBVczVBjAfBgNVHSMEGDAW
        gBRcmSN3Njq0CoJA86iO82ZBVczVBjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
        BAMCA0kAMEYCIQCJMg8I5Evt3dEOtFIGLQEChsBTIuIG7aB3SiIwI1cjbAIhAMR6
        zXf6GTIY1z1rGb0CDAel6F8+YLZFFwpDAWA6gOsw
        -----END CERTIFICATE-----

        """;

    private static readonly string[] PemWords =
    [
        "-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----\n", "-----BEGIN TRUSTED CERTIFICATE-----", "-----", "=", "AAAA", "MIIB", "MA==", "\n",
        "\r\n", " ", "# x\n",
        "MIID////", Certificate,
    ];

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("certificates in PEM", 5_000, [Certificate, Certificate + Certificate, $"# Root\n{Certificate}text\n"], PemWords, ReadCertificates),
        new(
            "certificates in DER",
            5_000,
            [DerOf(Certificate)],
            ["\udc80", "\udc84\udcff\udcff\udcff\udcff", "0", "\u0006", "\udca0\u0003\u0002\u0001\u0002"],
            ReadDer),
        new(
            "CA bundle",
            500,
            [Certificate, Certificate + Certificate],
            PemWords,
            ReadBundle(new FuzzDirectory("bundle"))) { Exceptions = [typeof(EcrCredentialException)] },
        new("key of a sign-in", 5_000, [NewKey()], [.. PemWords, "-----BEGIN EC PRIVATE KEY-----\n", "-----END EC PRIVATE KEY-----"], ImportKey)
        {
            Exceptions = [typeof(FormatException)],
        },
    ];

    /// <summary>A key of the kind that <c>aws login</c> writes.</summary>
    public static string NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportECPrivateKeyPem();
    }

    private static string? ReadCertificates(ReadOnlySpan<char> input) => ReadAll(FuzzText.Encode(input)) > 0 ? null : "no certificate";

    // Damage to the encoded certificate itself.
    private static string? ReadDer(ReadOnlySpan<char> input) =>
        ReadAll(System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", FuzzText.Encode(input)))) > 0 ? null : "no certificate";

    private static int ReadAll(byte[] pem)
    {
        var count = 0;
        for (var certificates = new PemCertificateReader(pem); certificates.MoveNext(); count++)
        {
            if (Load(certificates.Current) is not { } certificate)
            {
                continue;
            }

            using (certificate)
            {
                FuzzException.ThrowIf(
                    !certificates.Subject.SequenceEqual(certificate.SubjectName.RawData) || !certificates.Issuer.SequenceEqual(certificate.IssuerName.RawData),
                    "the names are not those that .NET reads");
            }
        }

        return count;
    }

    private static X509Certificate2? Load(ReadOnlySpan<byte> der)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string? ImportKey(ReadOnlySpan<char> input)
    {
        using var key = DpopKey.Import(input.ToString());
        _ = key.CreateProof("POST", new Uri("https://a.example/"), DateTimeOffset.UnixEpoch);
        return null;
    }

    private static string DerOf(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return FuzzText.Decode(certificate.RawData);
    }

    private static FuzzParser ReadBundle(FuzzDirectory directory) => input =>
    {
        var options = CaBundle.CreateSslOptions(trustStore: null, TimeProvider.System, directory.Write("ca.pem", input));
        var policy = options.CertificateChainPolicy;
        FuzzException.ThrowIf(policy is not { DisableCertificateDownloads: true, TrustMode: X509ChainTrustMode.CustomRootTrust }, "another policy");
        foreach (var certificate in policy!.CustomTrustStore)
        {
            certificate.Dispose();
        }

        return null;
    };
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Tests.Aws.Trust;

public sealed class PemCertificateReaderTests
{
    private static readonly string Pem = CreateCertificate();

    private static IEnumerable<TestCaseData> Texts() =>
    [
        Case("nothing", "", 0, 0, isInvalid: false),
        Case("one", Pem, 1, 1, isInvalid: false),
        Case("two", $"{Pem}\n{Pem}\n", 2, 2, isInvalid: false),
        Case("lines of Windows", $"{Pem}\n{Pem}".ReplaceLineEndings("\r\n"), 2, 2, isInvalid: false),
        Case("one line", Pem.Replace("\n", "", StringComparison.Ordinal), 1, 1, isInvalid: false),
        Case("blanks around lines", Pem.Replace("\n", " \n\t", StringComparison.Ordinal).TrimEnd(), 1, 1, isInvalid: false),
        Case("comments", $"# Root\n{Pem}\n# End", 1, 1, isInvalid: false),
        Case("another label", $"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n{Pem}", 1, 1, isInvalid: false),
        Case("not in Base64", $"{Pem}\n-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n{Pem}", 1, 2, isInvalid: true),
        Case("without an end", $"-----BEGIN CERTIFICATE-----\nAAAA\n{Pem}", 0, 1, isInvalid: true),
        Case("cut off", Pem[..^40], 0, 0, isInvalid: true),
        Case("within a line", $"# {Pem}".Replace("# ", "#", StringComparison.Ordinal), 0, 0, isInvalid: true),
    ];

    [TestCaseSource(nameof(Texts))]
    public void It_reads_up_to_text_that_is_malformed_or_skips_it(string text, int count, int countWithSkipping, bool isInvalid)
    {
        Assert.That(Read(text, skipMalformed: false), Is.EqualTo((count, isInvalid)));
        Assert.That(Read(text, skipMalformed: true), Is.EqualTo((countWithSkipping, false)));
    }

    [TestCase("AAAA")]
    [TestCase("MAA=")]
    [TestCase("MIIBCg==")]
    public void What_is_not_a_certificate_ends_the_enumeration(string content)
    {
        var text = $"{Pem}\n-----BEGIN CERTIFICATE-----\n{content}\n-----END CERTIFICATE-----\n{Pem}";

        Assert.That(Read(text, skipMalformed: false), Is.EqualTo((1, true)));
        Assert.That(Read(text, skipMalformed: true), Is.EqualTo((1, true)));
    }

    private static (int Count, bool IsInvalid) Read(string text, bool skipMalformed)
    {
        var reader = new PemCertificateReader(Encoding.ASCII.GetBytes(text), skipMalformed);
        using var certificate = X509Certificate2.CreateFromPem(Pem);
        var count = 0;
        while (reader.MoveNext())
        {
            count++;
            Assert.That(reader.Current.ToArray(), Is.EqualTo(certificate.RawData));
            Assert.That(reader.Subject.ToArray(), Is.EqualTo(certificate.SubjectName.RawData));
            Assert.That(reader.Issuer.ToArray(), Is.EqualTo(certificate.IssuerName.RawData));
        }

        return (count, reader.IsInvalid);
    }

    private static TestCaseData Case(string name, string text, int count, int countWithSkipping, bool isInvalid) =>
        new TestCaseData(text, count, countWithSkipping, isInvalid).SetArgDisplayNames(name);

    private static string CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Root, O=Test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(80));
        return certificate.ExportCertificatePem();
    }
}

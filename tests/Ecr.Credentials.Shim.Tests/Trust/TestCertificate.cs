using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Trust;

/// <summary>A certificate and its key.</summary>
public sealed class TestCertificate
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly RSA _key;

    private TestCertificate(X509Certificate2 value, RSA key)
    {
        Value = value;
        _key = key;
    }

    public X509Certificate2 Value { get; }

    public string Pem => Value.ExportCertificatePem() + "\n";

    /// <summary>The certificate with its key, as a TLS server requires it.</summary>
    public X509Certificate2 ValueWithKey =>
        X509CertificateLoader.LoadPkcs12((Value.HasPrivateKey ? Value : Value.CopyWithPrivateKey(_key)).Export(X509ContentType.Pkcs12), password: null);

    public static TestCertificate CreateAuthority(
        string name, TestCertificate? issuer, DateTimeOffset from, DateTimeOffset to, string? usage = null, string? permittedName = null,
            int? pathLength = null)
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, pathLength is not null, pathLength ?? 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        AddUsage(request, usage);
        if (permittedName is not null)
        {
            request.CertificateExtensions.Add(PermitOnly(permittedName));
        }

        return Sign(request, key, issuer, from, to, identifierOf: issuer);
    }

    public static TestCertificate CreateServer(
        string name, TestCertificate? issuer, DateTimeOffset from, DateTimeOffset to, string? usage, bool weakKey = false, TestCertificate? identifierOf = null)
    {
        var key = RSA.Create(weakKey ? 1024 : 2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        AddUsage(request, usage);
        return Sign(request, key, issuer, from, to, identifierOf ?? issuer);
    }

    public TestCertificate IssueAuthority(
        string name, DateTimeOffset? from = null, DateTimeOffset? to = null, string? usage = null, string? permittedName = null, int? pathLength = null) =>
        CreateAuthority(name, this, from ?? Now.AddDays(-5), to ?? Now.AddDays(5), usage, permittedName, pathLength);

    public TestCertificate Issue(
        string name,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        string usage = ServerAuthentication,
        bool weakKey = false,
        TestCertificate? identifierOf = null) =>
        CreateServer(name, this, from ?? Now.AddDays(-1), to ?? Now.AddDays(1), usage, weakKey, identifierOf);

    /// <summary>Certifies another authority's key and name.</summary>
    public TestCertificate CrossSign(TestCertificate other)
    {
        var request = new CertificateRequest(other.Value.SubjectName, other._key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        return Sign(request, other._key, this, Now.AddDays(-5), Now.AddDays(5), identifierOf: this);
    }

    private static TestCertificate Sign(
        CertificateRequest request, RSA key, TestCertificate? issuer, DateTimeOffset from, DateTimeOffset to, TestCertificate? identifierOf)
    {
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (issuer is null)
        {
            return new TestCertificate(request.CreateSelfSigned(from, to), key);
        }

        var identifier = identifierOf!.Value.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single();
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        var generator = X509SignatureGenerator.CreateForRSA(issuer._key, RSASignaturePadding.Pkcs1);
        return new TestCertificate(
            request.Create(issuer.Value.SubjectName, generator, from, to, RandomNumberGenerator.GetBytes(16)), key);
    }

    private static void AddUsage(CertificateRequest request, string? usage)
    {
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }
    }

    // NameConstraints ::= SEQUENCE { permittedSubtrees [0] { SEQUENCE { base dNSName [2] } } }: https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.10
    private static X509Extension PermitOnly(string name)
    {
        byte[] dnsName = [0x82, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)];
        byte[] subtree = [0x30, (byte)dnsName.Length, .. dnsName];
        byte[] permitted = [0xa0, (byte)subtree.Length, .. subtree];
        return new X509Extension("2.5.29.30", [0x30, (byte)permitted.Length, .. permitted], critical: true);
    }
}

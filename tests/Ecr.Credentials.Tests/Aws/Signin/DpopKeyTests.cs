using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Aws.Signin;

namespace Ecr.Credentials.Tests.Aws.Signin;

public sealed class DpopKeyTests
{
    private static readonly Uri Target = new("https://us-east-1.signin.aws.amazon.com/v1/token");

    [Test]
    public void A_proof_is_a_signed_JWT_for_one_request()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = DpopKey.Import(ecdsa.ExportECPrivateKeyPem());

        var parts = key.CreateProof("POST", Target, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)).Split('.');

        var header = JsonElement.Parse(Base64Url.DecodeFromChars(parts[0]));
        var payload = JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.That(header.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "typ", "alg", "jwk" }));
        Assert.That((header.GetProperty("typ").GetString(), header.GetProperty("alg").GetString()), Is.EqualTo(("dpop+jwt", "ES256")));
        Assert.That(header.GetProperty("jwk").EnumerateObject().Select(member => member.Name), Is.EquivalentTo(new[] { "kty", "x", "y", "crv" }));
        Assert.That((payload.GetProperty("htm").GetString(), payload.GetProperty("htu").GetString()), Is.EqualTo(("POST", Target.AbsoluteUri)));
        Assert.That(payload.GetProperty("iat").GetInt64(), Is.EqualTo(1_700_000_000));
        Assert.That(Guid.TryParse(payload.GetProperty("jti").GetString(), out _), Is.True);
        Assert.That(
            ecdsa.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            Is.True);
    }

    [Test]
    public void No_two_proofs_are_equal()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = DpopKey.Import(ecdsa.ExportECPrivateKeyPem());

        Assert.That(
            key.CreateProof("POST", Target, DateTimeOffset.UnixEpoch), Is.Not.EqualTo(key.CreateProof("POST", Target, DateTimeOffset.UnixEpoch)));
    }

    private static IEnumerable<TestCaseData> OtherKeys()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        yield return new TestCaseData(p384.ExportECPrivateKeyPem()).SetArgDisplayNames("another curve");
        yield return new TestCaseData(p256.ExportSubjectPublicKeyInfoPem()).SetArgDisplayNames("a public key");
        yield return new TestCaseData(p256.ExportPkcs8PrivateKeyPem()).SetArgDisplayNames("PKCS #8");
        yield return new TestCaseData("hunter2").SetArgDisplayNames("no PEM");
        yield return new TestCaseData("-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----").SetArgDisplayNames("no key");
        yield return new TestCaseData("").SetArgDisplayNames("nothing");
    }

    [TestCaseSource(nameof(OtherKeys))]
    public void Other_keys_are_rejected_without_repeating_them(string pem) =>
        Assert.That(
            () => DpopKey.Import(pem),
            Throws.TypeOf<FormatException>().With.Message.StartsWith("not an EC private key").And.Message.Not.Contain("hunter2"));
}

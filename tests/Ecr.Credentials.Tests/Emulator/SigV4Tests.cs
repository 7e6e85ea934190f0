using System.Text;
using Ecr.Emulator.Signing;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class SigV4Tests
{
    private static IEnumerable<SignatureVersion4Example> Examples => SignatureVersion4Examples.All;

    [TestCaseSource(nameof(Examples))]
    public void CanonicalRequest_matches_the_published_example(SignatureVersion4Example example) =>
        Assert.That(CanonicalRequest(example), Is.EqualTo(example.CanonicalRequest));

    [TestCaseSource(nameof(Examples))]
    public void Signature_matches_the_published_example(SignatureVersion4Example example)
    {
        var scope = new CredentialScope("20150830", "us-east-1", example.Service);
        var stringToSign = SigV4.StringToSign(SignatureVersion4Examples.Timestamp, scope, CanonicalRequest(example));

        Assert.That(SigV4.Signature(SigV4.SigningKey(SignatureVersion4Examples.SecretAccessKey, scope), stringToSign), Is.EqualTo(example.Signature));
    }

    // https://docs.aws.amazon.com/general/latest/gr/sigv4-calculate-signature.html and signature-v4-examples.html
    [TestCase("20150830", "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")]
    [TestCase("20120215", "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d")]
    public void SigningKey_matches_the_published_derivation(string date, string expected)
    {
        var key = SigV4.SigningKey(SignatureVersion4Examples.SecretAccessKey, new CredentialScope(date, "us-east-1", "iam"));

        Assert.That(Convert.ToHexStringLower(key), Is.EqualTo(expected));
    }

    [Test]
    public void StringToSign_matches_the_published_example()
    {
        var example = SignatureVersion4Examples.All.Single(example => example.Name == "ListUsers");

        var stringToSign = SigV4.StringToSign(
            SignatureVersion4Examples.Timestamp, new CredentialScope("20150830", "us-east-1", "iam"), CanonicalRequest(example));

        Assert.That(stringToSign, Is.EqualTo(
            "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\nf536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"));
    }

    private static string CanonicalRequest(SignatureVersion4Example example)
    {
        var signedHeaders = example.CanonicalRequest.Split('\n')[^2].Split(';');
        return SigV4.CanonicalRequest(
            example.Method, example.Path, example.Query, example.ParsedHeaders, signedHeaders, SigV4.HexHash(Encoding.UTF8.GetBytes(example.Body)));
    }
}

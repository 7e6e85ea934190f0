using Ecr.Emulator.Signing;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class SigV4AuthorizationTests
{
    private const string Signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    private const string Valid =
        $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature={Signature}";

    [Test]
    public void Parse_reads_key_scope_headers_and_signature()
    {
        var authorization = SigV4Authorization.Parse(Valid)!;

        Assert.Multiple(() =>
        {
            Assert.That(authorization.AccessKeyId, Is.EqualTo("AKIDEXAMPLE"));
            Assert.That(authorization.Scope, Is.EqualTo(new CredentialScope("20150830", "us-east-1", "iam")));
            Assert.That(authorization.SignedHeaders, Is.EqualTo(new[] { "content-type", "host", "x-amz-date" }));
            Assert.That(authorization.Signature, Is.EqualTo(Signature));
        });
    }

    [Test]
    public void Parse_accepts_a_header_without_spaces_after_the_commas() =>
        Assert.That(SigV4Authorization.Parse(Valid.Replace(", ", ",", StringComparison.Ordinal)), Is.Not.Null);

    [TestCase("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512")]
    [TestCase("AWS4-HMAC-SHA256", "Basic")]
    [TestCase("/20150830", "/2015083")]
    [TestCase("/us-east-1", "")]
    [TestCase("aws4_request", "aws5_request")]
    [TestCase("SignedHeaders=content-type;host;x-amz-date, ", "")]
    [TestCase("Signature=5d", "Signature=5D")]
    [TestCase("Signature=5d67", "Signature=5d6")]
    public void Parse_rejects_other_forms(string part, string replacement) =>
        Assert.That(SigV4Authorization.Parse(Valid.Replace(part, replacement, StringComparison.Ordinal)), Is.Null);
}

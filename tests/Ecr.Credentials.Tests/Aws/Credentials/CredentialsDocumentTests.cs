using System.Text;
using Ecr.Credentials.Aws.Credentials;

namespace Ecr.Credentials.Tests.Aws.Credentials;

public sealed class CredentialsDocumentTests
{
    [TestCase("""{"AccessKeyId":"AKIA1","SecretAccessKey":"s3cret","Token":"t0ken"}""", "t0ken")]
    [TestCase("""{"Code":"Success","AccessKeyId":"AKIA1","SecretAccessKey":"s3cret","Token":"t0ken","Expiration":"2001-01-01T00:00:00Z"}""", "t0ken")]
    [TestCase("""{"AccessKeyId":"AKIA1","SecretAccessKey":"s3cret"}""", "")]
    [TestCase("""{"AccessKeyId":"AKIA1","SecretAccessKey":"s3cret","Token":"","SessionToken":"other"}""", "")]
    public void Read_returns_the_keys_and_the_token_of_the_given_name(string json, string token)
    {
        var credentials = CredentialsDocument.Read(Encoding.UTF8.GetBytes(json), "Token");

        Assert.That((credentials.AccessKey, credentials.SecretKey, credentials.Token), Is.EqualTo(("AKIA1", "s3cret", token)));
        Assert.That(credentials.UseToken, Is.EqualTo(token.Length > 0));
    }

    [TestCase("", "not JSON")]
    [TestCase("s3cret", "not JSON")]
    [TestCase("""{"SecretAccessKey":"s3cret""", "not JSON")]
    [TestCase("""{"AccessKeyId":"\ud800","SecretAccessKey":"s3cret"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""["s3cret"]""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"AccessKeyId":"AKIA1"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"SecretAccessKey":"s3cret"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"AccessKeyId":"","SecretAccessKey":"s3cret"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"AccessKeyId":1,"SecretAccessKey":"s3cret"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"Code":"AssumeRoleUnauthorizedAccess","Message":"s3cret"}""", "code \"AssumeRoleUnauthorizedAccess\"")]
    [TestCase("""{"Code":"Failed","AccessKeyId":"AKIA1","SecretAccessKey":"s3cret"}""", "code \"Failed\"")]
    public void Read_reports_what_is_wrong_without_quoting_the_document(string json, string message)
    {
        var failure = Assert.Throws<FormatException>(() => CredentialsDocument.Read(Encoding.UTF8.GetBytes(json), "Token"))!;

        Assert.That(failure.Message, Is.EqualTo(message));
        Assert.That(failure.ToString(), Does.Not.Contain("s3cret"));
    }

    [Test]
    public void Read_treats_text_that_is_not_UTF_8_as_missing() =>
        Assert.That(
            () => CredentialsDocument.Read(Encoding.Latin1.GetBytes("""{"AccessKeyId":"ä","SecretAccessKey":"s3cret"}"""), "Token"),
            Throws.TypeOf<FormatException>().With.Message.EqualTo("AccessKeyId or SecretAccessKey is missing"));
}

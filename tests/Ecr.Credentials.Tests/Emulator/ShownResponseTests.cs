using System.Text;
using Ecr.Emulator.Commands;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class ShownResponseTests
{
    [Test]
    public void Parse_truncates_passwords_and_keeps_the_rest()
    {
        var shown = Parse("""{"kind":"CredentialProviderResponse","auth":{"host":{"username":"AWS","password":"eyJwYXlsb2Fk"}}}""");

        Assert.Multiple(() =>
        {
            Assert.That(shown.Text, Is.EqualTo(
                """{"kind":"CredentialProviderResponse","auth":{"host":{"username":"AWS","password":"eyJw…(12 characters)"}}}"""));
            Assert.That(shown.Passwords, Is.EqualTo(new[] { "eyJwYXlsb2Fk" }));
        });
    }

    [TestCase("", "none: the plugin wrote no response")]
    [TestCase("secret", "6 bytes that are not a CredentialProviderResponse")]
    [TestCase("\"secret\"", "8 bytes that are not a CredentialProviderResponse")]
    [TestCase("null", "4 bytes that are not a CredentialProviderResponse")]
    [TestCase("""{"auth":{"host":{"password":1}}}""", "32 bytes that are not a CredentialProviderResponse")]
    public void Parse_quotes_nothing_of_an_invalid_response(string output, string text)
    {
        var shown = Parse(output);

        Assert.That(shown.Text, Is.EqualTo(text));
        Assert.That(shown.Passwords, Is.Empty);
    }

    private static ShownResponse Parse(string output) => ShownResponse.Parse(Encoding.UTF8.GetBytes(output));
}

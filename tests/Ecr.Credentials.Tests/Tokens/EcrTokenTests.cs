using System.Text;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Tokens;

public sealed class EcrTokenTests
{
    private static readonly DateTimeOffset Expiry = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [TestCase("AWS:secret", "AWS", "secret")]
    [TestCase("AWS:a:b:", "AWS", "a:b:")]
    [TestCase(":secret", "", "secret")]
    public void FromAuthorizationToken_splits_at_the_first_colon(string text, string username, string password)
    {
        var token = EcrToken.FromAuthorizationToken(ToBase64(text), Expiry);

        Assert.That((token.Username, token.Password, token.ExpiresAt), Is.EqualTo((username, password, (DateTimeOffset?)Expiry)));
    }

    [TestCase("not base64!", "the authorization token is not valid base64.")]
    [TestCase("QVdT", "the authorization token does not decode to a user name, a colon and a password.")]
    [TestCase("QVdTOg==", "the authorization token does not decode to a user name, a colon and a password.")]
    [TestCase("QVdTOv8=", "the authorization token does not decode to valid UTF-8.")]
    [TestCase("QVdTOnMzY3JldA0KeA==", "the authorization token decodes to text with control characters.")]
    [TestCase("QVcAUzpzM2NyZXQ=", "the authorization token decodes to text with control characters.")]
    [TestCase("", "the authorization token does not decode to a user name, a colon and a password.")]
    public void FromAuthorizationToken_reports_what_is_wrong_without_quoting_the_token(string authorizationToken, string message) =>
        Assert.That(
            () => EcrToken.FromAuthorizationToken(authorizationToken, Expiry),
            Throws.TypeOf<FormatException>().With.Message.EqualTo(message));

    [Test]
    public void ToString_hides_the_password()
    {
        Assert.That(new EcrToken("AWS", "secret", Expiry).ToString(), Is.EqualTo("hidden password, expires 2026-01-02 03:04:05Z"));
        Assert.That(new EcrToken("AWS", "secret", null).ToString(), Is.EqualTo("hidden password, expires at an unknown time"));
    }

    private static string ToBase64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tests.Text;

public sealed class MessageTextTests
{
    [TestCase("", "\"\"")]
    [TestCase("r.io/a", "\"r.io/a\"")]
    [TestCase("a\r\nb\u001b[31m", "\"a\\u000d\\u000ab\\u001b[31m\"")]
    [TestCase("\u2028", "\"\\u2028\"")]
    public void Quote_shows_a_value_on_one_line(string value, string expected) =>
        Assert.That(MessageText.Quote(value), Is.EqualTo(expected));

    [Test]
    public void Quote_escapes_a_lone_surrogate() =>
        Assert.That(MessageText.Quote("\ud800"), Is.EqualTo("\"\\ud800\""));

    [Test]
    public void Quote_truncates_a_long_value_and_states_its_length() =>
        Assert.That(MessageText.Quote(new string('x', 1_000_000)), Is.EqualTo($"\"{new string('x', 120)}… (1000000 characters)\""));

    [TestCase("User: a is\n  not\tauthorized\u001b", "User: a is not authorized\\u001b")]
    [TestCase("", "")]
    public void OneLine_collapses_whitespace(string text, string expected) =>
        Assert.That(MessageText.OneLine(text), Is.EqualTo(expected));

    [Test]
    public void OneLine_omits_words_that_may_be_tokens() =>
        Assert.That(MessageText.OneLine($"token {new string('x', 161)} expired"), Is.EqualTo("token … expired"));

    [TestCase("a b+c/d=e1 c", "a … c")]
    [TestCase("x=b%2Bc%2Fd%3De1", "x=…")]
    [TestCase("{\"x\":\"b\\u002Bc/d=e1\"}", "{\"x\":\"…\"}")]
    [TestCase("short", "short")]
    public void OneLine_omits_secrets_as_they_are_and_as_they_are_written_in_URLs_and_JSON(string text, string expected) =>
        Assert.That(MessageText.OneLine(text, ["b+c/d=e1", null, "", "short"]), Is.EqualTo(expected));

    [TestCase("r.io/a", "r.io/a")]
    [TestCase("a\u001b", "\"a\\u001b\"")]
    [TestCase("a\u202eb", "\"a\\u202eb\"")]
    public void Name_quotes_what_is_not_visible(string value, string expected) => Assert.That(MessageText.Name(value), Is.EqualTo(expected));

    [Test]
    public void OneLine_truncates_after_400_characters() =>
        Assert.That(MessageText.OneLine(string.Join(' ', Enumerable.Repeat("word", 1000))), Has.Length.LessThanOrEqualTo(401).And.EndsWith("…"));

    [TestCase("https://user:s3cret@api.example/", "https://api.example")]
    [TestCase("https://s3cret@api.example/", "https://api.example")]
    [TestCase("http://169.254.170.2/v2/credentials/s3cret", "http://169.254.170.2")]
    [TestCase("https://api.example/?token=s3cret", "https://api.example")]
    [TestCase("https://api.example/#s3cret", "https://api.example")]
    [TestCase("https://user:s3cret@api.example:8443/s3cret?s3cret#s3cret", "https://api.example:8443")]
    [TestCase("https://api.example:443/", "https://api.example")]
    [TestCase("http://api.example:80/", "http://api.example")]
    [TestCase("http://api.example:443/", "http://api.example:443")]
    [TestCase("http://[fd00:ec2::254]/latest/", "http://[fd00:ec2::254]")]
    [TestCase("http://s3cret@[::1]:1338/", "http://[::1]:1338")]
    public void Address_shows_only_scheme_host_and_port(string address, string expected) =>
        Assert.That(MessageText.Address(new Uri(address)), Is.EqualTo(expected));
}

using Ecr.Credentials.Aws.Credentials;

namespace Ecr.Credentials.Tests.Aws.Credentials;

public sealed class EnvironmentCredentialsTests
{
    [TestCase("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    [TestCase("AWS_ACCESS_KEY", "AWS_SECRET_KEY")]
    [TestCase("AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY")]
    public async Task Keys_are_read_from_the_current_and_the_older_variables(string accessKey, string secretKey)
    {
        var identity = await new EnvironmentCredentials(Variables.Of((accessKey, "AKIA1"), (secretKey, "s3cret"))).FindAsync();

        Assert.That((identity?.Credentials.AccessKey, identity?.Credentials.SecretKey, identity?.Credentials.UseToken), Is.EqualTo(("AKIA1", "s3cret", false)));
        Assert.That(identity?.Origin, Is.EqualTo("the environment (AWS_ACCESS_KEY_ID)"));
    }

    [Test]
    public async Task The_current_variables_override_the_older_ones()
    {
        var keys = new EnvironmentCredentials(Variables.Of(
            ("AWS_ACCESS_KEY", "AKIA1"), ("AWS_SECRET_KEY", "old"), ("AWS_ACCESS_KEY_ID", "AKIA2"), ("AWS_SECRET_ACCESS_KEY", "new")));

        var identity = await keys.FindAsync();

        Assert.That((identity?.Credentials.AccessKey, identity?.Credentials.SecretKey), Is.EqualTo(("AKIA2", "new")));
    }

    [TestCase("AKIA1\r", "s3cret", "t0ken", "AWS_ACCESS_KEY_ID")]
    [TestCase("AKIA1\u202e", "s3cret", "t0ken", "AWS_ACCESS_KEY_ID")]
    [TestCase("AKIA1", "s3cret\n", "t0ken", "AWS_SECRET_ACCESS_KEY")]
    [TestCase("AKIA1", "s3cret", "t0ken\r\nX-Injected: 1", "AWS_SESSION_TOKEN")]
    public async Task A_line_break_or_another_invalid_character_is_refused_and_never_sent(string accessKey, string secretKey, string token, string variable)
    {
        var failure = await new EnvironmentCredentials(
            Variables.Of(("AWS_ACCESS_KEY_ID", accessKey), ("AWS_SECRET_ACCESS_KEY", secretKey), ("AWS_SESSION_TOKEN", token))).FailAsync();

        Assert.That(failure.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidConfiguration));
        Assert.That(
            failure.Message,
            Is.EqualTo($"{variable} contains an invalid character such as a line break: remove it"));
    }

    [TestCase("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")]
    [TestCase("AWS_SECURITY_TOKEN", "OTHER")]
    public async Task A_session_token_is_returned_with_the_keys(string variable, string overridden)
    {
        var keys = new EnvironmentCredentials(
            Variables.Of(("AWS_ACCESS_KEY_ID", "ASIA1"), ("AWS_SECRET_ACCESS_KEY", "s3cret"), (variable, "t0ken"), (overridden, "other")));

        Assert.That((await keys.FindAsync())?.Credentials.Token, Is.EqualTo("t0ken"));
    }

    [Test]
    public async Task Without_keys_there_are_no_credentials() =>
        Assert.That(
            await new EnvironmentCredentials(Variables.Of(("AWS_SESSION_TOKEN", "t0ken"))).FindReasonAsync(), Is.EqualTo("AWS_ACCESS_KEY_ID is not set"));

    [TestCase("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not: set both or neither")]
    [TestCase("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not: set both or neither")]
    public async Task An_incomplete_key_pair_is_an_error(string variable, string message)
    {
        var failure = await new EnvironmentCredentials(Variables.Of((variable, "s3cret"))).FailAsync();

        Assert.That((failure.Reason, failure.Message), Is.EqualTo((EcrCredentialErrorReason.InvalidConfiguration, message)));
    }
}

using Amazon.Runtime;
using Ecr.Credentials.Aws.Credentials;

namespace Ecr.Credentials.Tests.Aws.Credentials;

public sealed class ResolvedCredentialsTests
{
    [TestCase("AKIA1\r\n", "s3cret", null, "the access key ID")]
    [TestCase("AKIA1\u202e", "s3cret", null, "the access key ID")]
    [TestCase("AKIAé", "s3cret", null, "the access key ID")]
    [TestCase("AKIA1", "s3cret\0", null, "the secret access key")]
    [TestCase("AKIA1", "s3cret", "t0ken\nx-injected: 1", "the session token")]
    [TestCase("AKIA1", "s3cret", "t0ken\ud800", "the session token")]
    public void What_cannot_be_sent_is_refused_without_being_shown(string accessKey, string secretKey, string? token, string what)
    {
        var keys = new ImmutableCredentials(accessKey, secretKey, token);

        Assert.That(
            () => new ResolvedCredentials(keys, "the service"),
            Throws.TypeOf<EcrCredentialException>()
                .With.Property(nameof(EcrCredentialException.Reason)).EqualTo(EcrCredentialErrorReason.InvalidResponse)
                .And.Message.EqualTo($"{what} from the service contains an invalid character such as a line break"));
        Assert.That(
            () => new ResolvedCredentials(keys, "the profile", isConfigured: true),
            Throws.TypeOf<EcrCredentialException>()
                .With.Property(nameof(EcrCredentialException.Reason)).EqualTo(EcrCredentialErrorReason.InvalidConfiguration)
                .And.Message.EqualTo($"{what} from the profile contains an invalid character such as a line break: remove it"));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("t0ken/+=")]
    public void A_session_token_is_optional(string? token) => Assert.That(
        new ResolvedCredentials(new ImmutableCredentials("AKIA1234", "s3cret", token), "the service").ToString(),
        Is.EqualTo("the access key ending in 1234 from the service"));
}

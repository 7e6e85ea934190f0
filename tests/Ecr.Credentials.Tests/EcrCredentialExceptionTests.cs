namespace Ecr.Credentials.Tests;

public sealed class EcrCredentialExceptionTests
{
    [Test]
    public void WithContext_precedes_the_message_and_keeps_everything_else()
    {
        var cause = new InvalidOperationException("cause");
        var failure = new EcrCredentialException(EcrCredentialErrorReason.AccessDenied, "AWS denied access. Allow it.", cause)
        {
            ErrorCode = "AccessDenied",
            RequestId = "request-1",
        };

        var e = failure.WithContext("cannot assume the role x");

        Assert.That(e.Message, Is.EqualTo("cannot assume the role x: AWS denied access. Allow it."));
        Assert.That((e.Reason, e.ErrorCode, e.RequestId), Is.EqualTo((EcrCredentialErrorReason.AccessDenied, "AccessDenied", "request-1")));
        Assert.That(e.InnerException, Is.SameAs(cause));
    }
}

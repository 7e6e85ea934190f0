using Ecr.Credentials.Programs;

namespace Ecr.Credentials.Tests.Programs;

public sealed class ExitCodeTests
{
    private static readonly EcrCredentialErrorReason[] UsageErrors =
    [
        EcrCredentialErrorReason.InvalidRequest,
        EcrCredentialErrorReason.InvalidConfiguration,
        EcrCredentialErrorReason.NotAnEcrRegistry,
    ];

    [Test]
    public void For_returns_UsageError_if_a_retry_cannot_help_and_Failure_otherwise([Values] EcrCredentialErrorReason reason) =>
        Assert.That(ExitCode.For(reason), Is.EqualTo(UsageErrors.Contains(reason) ? 2 : 1));

    [Test]
    public void The_codes_are_those_of_the_documentation() =>
        Assert.That((ExitCode.Success, ExitCode.Failure, ExitCode.UsageError), Is.EqualTo((0, 1, 2)));
}

using Amazon.Runtime;
using Ecr.Credentials.Aws;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Aws;

public sealed class EcrTokenClientTests
{
    [Test]
    public async Task Supplied_credentials_that_are_canceled_internally_are_reported_as_missing()
    {
        using var client = new EcrTokenClient();
        var request = new EcrTokenRequest(EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"))
        {
            Identity = EcrIdentity.Credentials(new FailingCredentials(new TaskCanceledException("The refresh timed out."))),
        };

        var e = await Assert.ThrowsAsync<EcrCredentialException>(() => client.GetTokenAsync(request).AsTask());

        Assert.That(e!.Reason, Is.EqualTo(EcrCredentialErrorReason.NoAwsCredentials));
        Assert.That(e.Message, Is.EqualTo("could not obtain the supplied AWS credentials: The refresh timed out."));
    }

    private sealed class FailingCredentials(Exception failure) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw failure;

        public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.FromException<ImmutableCredentials>(failure);
    }
}

namespace Ecr.Credentials.Shim.Tests;

public sealed class DeadlineTests : ShimFixture
{
    [Test]
    public async Task An_endpoint_that_does_not_answer_is_given_up_at_the_deadline()
    {
        Emulator.Faults.Always(Fault.Slow, AwsService.Ecr);

        var result = await RunAsync(Request(), "--timeout=1s");

        AssertFailure(result, 1, $"There was no credential within 1s. {Emulator.Address} had not answered yet.");
    }

    [Test]
    public async Task Instance_metadata_that_do_not_answer_are_given_up_at_the_deadline()
    {
        Emulator.Faults.Always(Fault.Slow, AwsService.Imds);

        var result = await RunAsync(Request(), Emulator.Environment(CredentialSource.InstanceMetadata), "--timeout=1s");

        AssertFailure(result, 1, "There was no credential within 1s. There was no answer yet from the instance metadata service at http://127.0.0.1:");
    }
}

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Metadata proxies of some nodes know only version 1 of the instance metadata service.</summary>
public sealed class MetadataVersion1Tests : ShimFixture
{
    [Test]
    public async Task Version_1_is_used_if_the_service_has_no_session_tokens()
    {
        AssertAnswer(await RunAsync(Request(), Emulator.Environment(CredentialSource.InstanceMetadata)));
        Assert.That(TokenRequests.Single().Principal, Is.EqualTo(Emulator.InstanceCredentials.PrincipalArn));
    }

    [Test]
    public async Task Version_1_can_be_disabled()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.InstanceMetadata)) { ["AWS_EC2_METADATA_V1_DISABLED"] = "true" };

        AssertFailure(await RunAsync(Request(), variables), 1, "returned HTTP 404 for the session token");
    }

    [Test]
    public async Task The_region_of_the_instance_is_the_default_region()
    {
        var result = await RunAsync("", Emulator.Environment(CredentialSource.InstanceMetadata), "login-password");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(TokenRequests.Single().Region, Is.EqualTo(Emulator.Options.InstanceRegion));
    }

    protected override AwsEmulatorOptions Options() => new() { InstanceMetadataVersion1 = true, InstanceRegion = "eu-central-1" };
}

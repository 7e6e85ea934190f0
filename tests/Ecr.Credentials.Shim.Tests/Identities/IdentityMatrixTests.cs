namespace Ecr.Credentials.Shim.Tests.Identities;

/// <summary>Every identity with every kind of registry; the README's identity table is checked against the same cases.</summary>
public sealed class IdentityMatrixTests : ShimFixture
{
    private const string PrivateImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";
    private const string PublicImage = "public.ecr.aws/docker/library/nginx";
    private const string ChinaImage = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app";

    private static IReadOnlyList<IdentityCase> Identities => IdentityCase.All;

    [Test]
    public async Task The_configured_identity_signs_the_call(
        [ValueSource(nameof(Identities))] IdentityCase identity,
        [Values(PrivateImage, PublicImage, ChinaImage)] string image)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var stage = new IdentityStage(Emulator, Home, Emulator.Options.Partition);
        var principal = identity.SetUp(stage);

        AssertAnswer(await RunAsync(Request(image).Replace("}", stage.RequestMembers + "}", StringComparison.Ordinal), stage.Variables, [.. stage.Arguments]));

        var call = TokenRequests.Single();
        Assert.That((call.Principal, call.SignatureVerified), Is.EqualTo((principal, true)));
        Assert.That(call.Service, Is.EqualTo(image == PublicImage ? AwsService.EcrPublic : AwsService.Ecr));
    }

    protected override AwsEmulatorOptions Options() => new()
    {
        ContainerAuthorizationToken = "emulated.container.token",

        // Identities exist in their own partition only.
        Partition = TestContext.CurrentContext.Test.Arguments.Contains(ChinaImage) ? "aws-cn" : "aws",
    };
}

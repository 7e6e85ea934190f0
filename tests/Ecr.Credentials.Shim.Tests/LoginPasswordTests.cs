namespace Ecr.Credentials.Shim.Tests;

public sealed class LoginPasswordProgramTests : ShimFixture
{
    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com", AwsService.Ecr, "eu-west-1")]
    [TestCase("123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:1", AwsService.Ecr, "us-west-2")]
    [TestCase("public.ecr.aws", AwsService.EcrPublic, "us-east-1")]
    public async Task Only_the_password_is_printed(string registry, AwsService service, string region)
    {
        var result = await RunAsync("", "login-password", registry);

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((0, $"{Emulator.Token}\n", "")));
        Assert.That((TokenRequests.Single().Service, TokenRequests.Single().Region), Is.EqualTo((service, region)));
    }

    [Test]
    public async Task Without_a_registry_the_default_regions_password_is_printed()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_REGION"] = "eu-north-1" };

        var result = await RunAsync("", variables, "login-password", "--timeout=20s");

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((0, $"{Emulator.Token}\n")));
        Assert.That(TokenRequests.Single().Region, Is.EqualTo("eu-north-1"));
    }

    [Test]
    public async Task Without_a_registry_or_default_region_an_error_is_reported() =>
        AssertFailure(
            await RunAsync("", "login-password"), 2, "no registry given and no default region configured: pass a host or set AWS_REGION");

    [Test]
    public async Task A_failure_is_reported_on_standard_error() =>
        AssertFailure(
            await RunAsync("", Emulator.Environment(CredentialSource.None), "login-password", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
            1,
            "no AWS credentials found");

    [Test]
    public async Task A_second_registry_is_refused() =>
        AssertFailure(await RunAsync("", "login-password", "public.ecr.aws", "public.ecr.aws"), 2, "unknown argument \"public.ecr.aws\"; see --help");
}

using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>
/// An independent client works with the emulator: <c>docker-credential-ecr-login</c> 0.7 or later, if the variable
/// <c>DOCKER_CREDENTIAL_ECR_LOGIN</c> names it. <c>tests/Ecr.Emulator/fetch-reference-helper</c> downloads it on Debian.
/// </summary>
[Requires(Requirement.ReferenceHelper)]
public sealed class PeerTests : ShimFixture
{
    private static string? Helper => Environment.GetEnvironmentVariable("DOCKER_CREDENTIAL_ECR_LOGIN");

    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com", AwsService.Ecr, "eu-west-1")]
    [TestCase("public.ecr.aws", AwsService.EcrPublic, "us-east-1")]
    public async Task The_docker_credential_helper_gets_the_emulators_token(string host, AwsService service, string region)
    {
        var environment = new Dictionary<string, string>(Emulator.Environment())
        {
            ["HOME"] = Home,
            ["PATH"] = "/usr/bin:/bin",
            ["AWS_ECR_DISABLE_CACHE"] = "true",
        };

        var result = await PluginProcess.RunAsync(Helper!, ["get"], environment, Encoding.UTF8.GetBytes(host));

        Assert.That(result.ExitCode, Is.Zero, result.StandardError);
        using var answer = JsonDocument.Parse(result.StandardOutput);
        Assert.That(answer.RootElement.GetProperty("Username").GetString(), Is.EqualTo("AWS"));
        Assert.That(answer.RootElement.GetProperty("Secret").GetString(), Is.EqualTo(Emulator.Token));
        var request = TokenRequests.Single();
        Assert.That((request.Service, request.Region, request.SignatureVerified), Is.EqualTo((service, region, true)));
    }


}

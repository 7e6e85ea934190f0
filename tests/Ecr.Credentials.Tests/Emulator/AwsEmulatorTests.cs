using System.Net;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class AwsEmulatorTests
{
    [Test]
    public async Task A_signed_request_gets_the_token()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync();
        var x = await response.Content.ReadAsStringAsync();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), x);
    }
}

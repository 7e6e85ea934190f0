using System.Text.Json;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class ContainerCredentialsServiceTests
{
    [Test]
    public async Task The_address_in_the_environment_leads_to_credentials()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient();

        var document = JsonElement.Parse(await http.GetStringAsync(Address(emulator)));

        Assert.Multiple(() =>
        {
            Assert.That(document.GetProperty("AccessKeyId").GetString(), Is.EqualTo(emulator.ContainerCredentials.AccessKeyId));
            Assert.That(document.GetProperty("SecretAccessKey").GetString(), Is.EqualTo(emulator.ContainerCredentials.SecretAccessKey));
            Assert.That(document.GetProperty("Token").GetString(), Is.EqualTo(emulator.ContainerCredentials.SessionToken));
            Assert.That(document.GetProperty("Expiration").GetDateTimeOffset(), Is.EqualTo(emulator.ContainerCredentials.Expiration).Within(TimeSpan.FromSeconds(1)));
            Assert.That(emulator.Requests.Single().Service, Is.EqualTo(AwsService.ContainerCredentials));
        });
    }

    [TestCase("secret", 200)]
    [TestCase("other", 401)]
    [TestCase(null, 401)]
    public async Task The_authorization_token_is_checked_where_one_is_set(string? token, int statusCode)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ContainerAuthorizationToken = "secret" });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(emulator));
        request.Headers.TryAddWithoutValidation("Authorization", token);

        using var response = await http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(statusCode));
    }

    private static Uri Address(AwsEmulator emulator) => new(emulator.Environment(CredentialSource.Container)["AWS_CONTAINER_CREDENTIALS_FULL_URI"]);
}

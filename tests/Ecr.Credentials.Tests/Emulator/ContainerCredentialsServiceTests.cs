using System.Text.Json;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class ContainerCredentialsServiceTests
{
    [Test]
    public async Task The_address_in_the_environment_returns_credentials()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient();

        var document = JsonElement.Parse(await http.GetStringAsync(Address(emulator)));

        Assert.Multiple(() =>
        {
            Assert.That(document.GetProperty("AccessKeyId").GetString(), Is.EqualTo(emulator.ContainerCredentials.AccessKeyId));
            Assert.That(document.GetProperty("SecretAccessKey").GetString(), Is.EqualTo(emulator.ContainerCredentials.SecretAccessKey));
            Assert.That(document.GetProperty("Token").GetString(), Is.EqualTo(emulator.ContainerCredentials.SessionToken));
            Assert.That(
                document.GetProperty("Expiration").GetDateTimeOffset(), Is.EqualTo(emulator.ContainerCredentials.Expiration).Within(TimeSpan.FromSeconds(1)));
            Assert.That(emulator.Requests.Single().Service, Is.EqualTo(AwsService.ContainerCredentials));
        });
    }

    [TestCase("secret", 200)]
    [TestCase("other", 401)]
    [TestCase(null, 401)]
    public async Task The_authorization_token_is_verified_if_one_is_set(string? token, int statusCode)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ContainerAuthorizationToken = "secret" });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(emulator));
        request.Headers.TryAddWithoutValidation("Authorization", token);

        using var response = await http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(statusCode));
    }

    [Test]
    public async Task A_pod_gets_its_own_credentials_for_the_token_in_a_file()
    {
        string file;
        await using (var emulator = await AwsEmulator.StartAsync())
        {
            var environment = emulator.Environment(CredentialSource.PodIdentity);
            file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]);
            request.Headers.TryAddWithoutValidation("Authorization", await File.ReadAllTextAsync(file));

            using var response = await http.SendAsync(request);

            var document = JsonElement.Parse(await response.Content.ReadAsStringAsync());
            Assert.That(document.GetProperty("AccessKeyId").GetString(), Is.EqualTo(emulator.PodIdentityCredentials.AccessKeyId));
            Assert.That(emulator.Requests.Single().Service, Is.EqualTo(AwsService.ContainerCredentials));
        }

        Assert.That(File.Exists(file), Is.False);
    }

    [Test]
    public async Task A_pod_without_the_token_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(emulator.Environment(CredentialSource.PodIdentity)["AWS_CONTAINER_CREDENTIALS_FULL_URI"]));

        Assert.That((int)response.StatusCode, Is.EqualTo(401));
    }

    [TestCase("v1/credentials")]
    [TestCase("v2/credentials/emulated-task")]
    public async Task Credentials_are_available_over_https_too(string path)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ContainerAuthorizationToken = "secret", PodIdentityToken = "secret" });
        using var http = TrustingHttpClient.Create(emulator, emulator.HttpsAddress);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", "secret");

        using var response = await http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That((emulator.Requests.Single().Scheme, emulator.Requests.Single().Service), Is.EqualTo(("https", AwsService.ContainerCredentials)));
    }

    private static Uri Address(AwsEmulator emulator) => new(emulator.Environment(CredentialSource.Container)["AWS_CONTAINER_CREDENTIALS_FULL_URI"]);
}

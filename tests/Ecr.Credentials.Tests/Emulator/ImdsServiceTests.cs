using System.Text.Json;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class ImdsServiceTests
{
    private const string RolePath = "/latest/meta-data/iam/security-credentials/";

    [Test]
    public async Task A_session_returns_the_role_and_its_credentials()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Address };
        var token = await GetTokenAsync(http);

        Assert.That(await GetTextAsync(http, RolePath, token), Is.EqualTo("emulated-node"));
        var document = JsonElement.Parse(await GetTextAsync(http, RolePath + "emulated-node", token));

        Assert.Multiple(() =>
        {
            Assert.That(document.GetProperty("Code").GetString(), Is.EqualTo("Success"));
            Assert.That(document.GetProperty("AccessKeyId").GetString(), Is.EqualTo(emulator.InstanceCredentials.AccessKeyId));
            Assert.That(document.GetProperty("SecretAccessKey").GetString(), Is.EqualTo(emulator.InstanceCredentials.SecretAccessKey));
            Assert.That(document.GetProperty("Token").GetString(), Is.EqualTo(emulator.InstanceCredentials.SessionToken));
            Assert.That(
                document.GetProperty("Expiration").GetDateTimeOffset(), Is.EqualTo(emulator.InstanceCredentials.Expiration).Within(TimeSpan.FromSeconds(1)));
            Assert.That(emulator.Requests.Select(request => request.Service), Is.All.EqualTo(AwsService.Imds));
        });
    }

    [TestCase("/latest/meta-data/iam/security-credentials")]
    [TestCase("/latest/meta-data/iam/security-credentials/")]
    public async Task The_role_is_returned_with_and_without_a_trailing_slash(string path)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { InstanceRole = "a-role" });
        using var http = new HttpClient { BaseAddress = emulator.Address };

        Assert.That(await GetTextAsync(http, path, await GetTokenAsync(http)), Is.EqualTo("a-role"));
    }

    [Test]
    public async Task The_region_is_available_in_two_places()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { InstanceRegion = "eu-north-1" });
        using var http = new HttpClient { BaseAddress = emulator.Address };
        var token = await GetTokenAsync(http);

        Assert.That(await GetTextAsync(http, "/latest/meta-data/placement/region", token), Is.EqualTo("eu-north-1"));
        Assert.That(
            JsonElement.Parse(await GetTextAsync(http, "/latest/dynamic/instance-identity/document", token)).GetProperty("region").GetString(),
            Is.EqualTo("eu-north-1"));
    }

    [TestCase(null)]
    [TestCase("0")]
    [TestCase("21601")]
    [TestCase("long")]
    public async Task A_token_request_without_a_valid_lifetime_is_rejected(string? lifetime)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Address };

        Assert.That(await PutStatusAsync(http, lifetime), Is.EqualTo(400));
    }

    [TestCase(null)]
    [TestCase("invented")]
    public async Task A_request_without_a_valid_token_is_rejected(string? token)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Address };

        Assert.That(await GetStatusAsync(http, RolePath, token), Is.EqualTo(401));
    }

    [Test]
    public async Task An_expired_token_is_rejected()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        using var http = new HttpClient { BaseAddress = emulator.Address };
        var token = await GetTokenAsync(http);

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(await GetStatusAsync(http, RolePath, token), Is.EqualTo(200));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await GetStatusAsync(http, RolePath, token), Is.EqualTo(401));
    }

    [Test]
    public async Task An_instance_without_a_role_has_no_credentials()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { InstanceRole = null });
        using var http = new HttpClient { BaseAddress = emulator.Address };

        Assert.That(await GetStatusAsync(http, RolePath, await GetTokenAsync(http)), Is.EqualTo(404));
    }

    [Test]
    public async Task Another_role_has_no_credentials()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Address };

        Assert.That(await GetStatusAsync(http, RolePath + "another", await GetTokenAsync(http)), Is.EqualTo(404));
    }

    [Test]
    public async Task A_disabled_service_refuses_the_token()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { InstanceMetadataForbidden = true });
        using var http = new HttpClient { BaseAddress = emulator.Address };

        Assert.That(await PutStatusAsync(http, "60"), Is.EqualTo(403));
    }

    [Test]
    public async Task The_service_responds_over_IPv6()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.IPv6Address };

        Assert.That(emulator.IPv6Address.Host, Is.EqualTo("[::1]"));
        Assert.That(await GetTextAsync(http, RolePath, await GetTokenAsync(http)), Is.EqualTo("emulated-node"));
        Assert.That(emulator.Requests.Select(request => request.Host), Is.All.EqualTo(emulator.IPv6Address.Authority));
    }

    private static async Task<string> GetTokenAsync(HttpClient http)
    {
        using var request = TokenRequest("60");
        using var response = await http.SendAsync(request);
        Assert.That(response.Headers.GetValues("X-aws-ec2-metadata-token-ttl-seconds"), Is.EqualTo(new[] { "60" }));
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<int> PutStatusAsync(HttpClient http, string? lifetime)
    {
        using var request = TokenRequest(lifetime);
        using var response = await http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static HttpRequestMessage TokenRequest(string? lifetime)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/latest/api/token");
        if (lifetime is not null)
        {
            request.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", lifetime);
        }

        return request;
    }

    private static async Task<string> GetTextAsync(HttpClient http, string path, string token)
    {
        using var response = await GetAsync(http, path, token);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private static async Task<int> GetStatusAsync(HttpClient http, string path, string? token)
    {
        using var response = await GetAsync(http, path, token);
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient http, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Add("X-aws-ec2-metadata-token", token);
        }

        return await http.SendAsync(request);
    }
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class SsoServiceTests
{
    private const string CredentialsPath = "/federation/credentials?account_id=123456789012&role_name=emulated-permission-set";

    [Test]
    public async Task The_bearer_token_returns_credentials_that_ECR_accepts()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await GetAsync(emulator, CredentialsPath, emulator.Options.SsoAccessToken);
        var document = (await ReadAsync(answer)).GetProperty("roleCredentials");
        using var client = new SignedHttpClient(new HttpClient { BaseAddress = emulator.Address }, emulator.SsoCredentials);
        using var response = await client.GetTokenAsync();

        Assert.Multiple(() =>
        {
            Assert.That(document.GetProperty("accessKeyId").GetString(), Is.EqualTo(emulator.SsoCredentials.AccessKeyId));
            Assert.That(document.GetProperty("secretAccessKey").GetString(), Is.EqualTo(emulator.SsoCredentials.SecretAccessKey));
            Assert.That(document.GetProperty("sessionToken").GetString(), Is.EqualTo(emulator.SsoCredentials.SessionToken));
            Assert.That(document.GetProperty("expiration").GetInt64(), Is.EqualTo(emulator.SsoCredentials.Expiration!.Value.ToUnixTimeMilliseconds()));
            Assert.That((int)response.StatusCode, Is.EqualTo(200));
            Assert.That(
                emulator.Requests.Select(request => (request.Service, request.Operation)),
                Is.EqualTo(new[] { (AwsService.Sso, "GetRoleCredentials"), (AwsService.Ecr, "GetAuthorizationToken") }));
            Assert.That(
                emulator.Requests[1].Principal,
                Is.EqualTo("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_emulated-permission-set_0123456789abcdef/emulated-user"));
        });
    }

    [TestCase(null)]
    [TestCase("another token")]
    public async Task A_wrong_bearer_token_is_rejected(string? token)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await GetAsync(emulator, CredentialsPath, token);

        await AssertErrorAsync(answer, 401, "UnauthorizedException", "Session token not found or invalid");
        Assert.That(emulator.Requests.Single().ErrorCode, Is.EqualTo("UnauthorizedException"));
    }

    [TestCase("account_id=123456789012&role_name=another")]
    [TestCase("account_id=210987654321&role_name=emulated-permission-set")]
    public async Task A_role_that_was_not_assigned_is_forbidden(string query)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await GetAsync(emulator, "/federation/credentials?" + query, emulator.Options.SsoAccessToken);

        await AssertErrorAsync(answer, 403, "ForbiddenException", "No access");
    }

    [TestCase("account_id=123456789012")]
    [TestCase("role_name=emulated-permission-set")]
    public async Task Account_and_role_are_required(string query)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await GetAsync(emulator, "/federation/credentials?" + query, emulator.Options.SsoAccessToken);

        await AssertErrorAsync(answer, 400, "InvalidRequestException", "required");
    }

    [Test]
    public async Task A_refresh_token_returns_the_access_token()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await RefreshAsync(emulator);
        var document = await ReadAsync(answer);

        Assert.Multiple(() =>
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(200));
            Assert.That(document.GetProperty("accessToken").GetString(), Is.EqualTo(emulator.Options.SsoAccessToken));
            Assert.That(document.GetProperty("refreshToken").GetString(), Is.EqualTo(emulator.Options.SsoRefreshToken));
            Assert.That(document.GetProperty("expiresIn").GetInt32(), Is.EqualTo(28800));
            Assert.That(document.GetProperty("tokenType").GetString(), Is.EqualTo("Bearer"));
            Assert.That((emulator.Requests.Single().Service, emulator.Requests.Single().Operation), Is.EqualTo((AwsService.SsoOidc, "CreateToken")));
        });
    }

    [TestCase("refreshToken", 400, "InvalidGrantException", "invalid_grant")]
    [TestCase("clientId", 401, "InvalidClientException", "invalid_client")]
    [TestCase("clientSecret", 401, "InvalidClientException", "invalid_client")]
    [TestCase("grantType", 400, "UnsupportedGrantTypeException", "unsupported_grant_type")]
    public async Task A_refresh_with_another_value_is_rejected(string name, int statusCode, string type, string error)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await RefreshAsync(emulator, name, "another");

        await AssertErrorAsync(answer, statusCode, type, $"\"error\":\"{error}\",\"error_description\":");
    }

    [Test]
    public async Task A_refresh_that_is_not_JSON_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await PostAsync(emulator, "no JSON");

        await AssertErrorAsync(answer, 400, "InvalidRequestException", "invalid_request");
    }

    private static Task<HttpResponseMessage> RefreshAsync(AwsEmulator emulator, string? changed = null, string? value = null)
    {
        var body = new Dictionary<string, string>
        {
            ["grantType"] = "refresh_token",
            ["clientId"] = emulator.Options.SsoClientId,
            ["clientSecret"] = emulator.Options.SsoClientSecret,
            ["refreshToken"] = emulator.Options.SsoRefreshToken,
        };
        if (changed is not null)
        {
            body[changed] = value!;
        }

        return PostAsync(emulator, JsonSerializer.Serialize(body));
    }

    private static async Task<HttpResponseMessage> PostAsync(AwsEmulator emulator, string body)
    {
        using var http = new HttpClient { BaseAddress = emulator.Address };
        using var content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        return await http.PostAsync(new Uri("/token", UriKind.Relative), content);
    }

    private static async Task<HttpResponseMessage> GetAsync(AwsEmulator emulator, string pathAndQuery, string? token)
    {
        using var http = new HttpClient { BaseAddress = emulator.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery);
        if (token is not null)
        {
            request.Headers.Add("x-amz-sso_bearer_token", token);
        }

        return await http.SendAsync(request);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsStringAsync());

    private static async Task AssertErrorAsync(HttpResponseMessage answer, int statusCode, string type, string content)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Multiple(() =>
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(statusCode));
            Assert.That(answer.Headers.GetValues("x-amzn-ErrorType").Single(), Does.StartWith(type + ":"));
            Assert.That(body, Does.Contain(content));
        });
    }
}

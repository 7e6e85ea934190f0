using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class EcrServiceTests
{
    [Test]
    public async Task Private_authorization_data_is_an_array_with_token_expiry_and_endpoint()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync("eu-west-1");
        var data = (await ReadAsync(response)).GetProperty("authorizationData");

        Assert.Multiple(() =>
        {
            Assert.That(data.GetArrayLength(), Is.EqualTo(1));
            Assert.That(Token(data[0]), Is.EqualTo("AWS:" + emulator.Token));
            Assert.That(ExpiresAt(data[0]), Is.EqualTo(time.GetUtcNow().AddHours(12)).Within(TimeSpan.FromMilliseconds(1)));
            Assert.That(data[0].GetProperty("proxyEndpoint").GetString(), Is.EqualTo("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
        });
    }

    [Test]
    public async Task Public_authorization_data_is_an_object_without_endpoint()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetPublicTokenAsync();
        var data = (await ReadAsync(response)).GetProperty("authorizationData");

        Assert.Multiple(() =>
        {
            Assert.That(Token(data), Is.EqualTo("AWS:" + emulator.Token));
            Assert.That(data.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "authorizationToken", "expiresAt" }));
        });
    }

    [Test]
    public async Task A_response_has_the_headers_of_AWS()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync();

        Assert.Multiple(() =>
        {
            Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/x-amz-json-1.1"));
            Assert.That(Guid.TryParse(response.Headers.GetValues("x-amzn-RequestId").Single(), out _), Is.True);
            Assert.That(response.Headers.Date, Is.EqualTo(time.GetUtcNow()).Within(TimeSpan.FromSeconds(1)));
        });
    }

    [Test]
    public async Task The_password_has_the_form_of_a_real_one()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        Assert.That(emulator.Token, Has.Length.GreaterThan(1500).And.StartWith("eyJw"));
        Assert.That(() => Convert.FromBase64String(emulator.Token), Throws.Nothing);
    }

    [Test]
    public async Task Password_and_lifetime_are_configurable()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(
            new AwsEmulatorOptions { Token = "pass:word", TokenLifetime = TimeSpan.FromMinutes(7), TimeProvider = time });
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync();
        var data = (await ReadAsync(response)).GetProperty("authorizationData")[0];

        Assert.That(Token(data), Is.EqualTo("AWS:pass:word"));
        Assert.That(ExpiresAt(data), Is.EqualTo(time.GetUtcNow().AddMinutes(7)).Within(TimeSpan.FromMilliseconds(1)));
    }

    [TestCase(ExpiresAtFormat.Fraction, @"\A[0-9]{10}\.[0-9]{3}\z")]
    [TestCase(ExpiresAtFormat.WholeSeconds, @"\A[0-9]{10}\z")]
    [TestCase(ExpiresAtFormat.Exponent, @"\A[0-9]\.[0-9]{1,12}E9\z")]
    public async Task The_expiry_has_three_formats_for_the_same_second(ExpiresAtFormat format, string pattern)
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ExpiresAtFormat = format, TimeProvider = time });
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync();
        var number = (await ReadAsync(response)).GetProperty("authorizationData")[0].GetProperty("expiresAt").GetRawText();

        Assert.That(number, Does.Match(pattern));
        Assert.That(
            Math.Truncate(
                decimal.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture)), Is.EqualTo(time.GetUtcNow().AddHours(12).ToUnixTimeSeconds()));
    }

    [Test]
    public async Task Each_registry_ID_has_an_entry()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync("cn-north-1", """{"registryIds":["111111111111","222222222222"]}""");
        var data = (await ReadAsync(response)).GetProperty("authorizationData");

        Assert.That(data.EnumerateArray().Select(entry => entry.GetProperty("proxyEndpoint").GetString()), Is.EqualTo(new[]
        {
            "https://111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn",
            "https://222222222222.dkr.ecr.cn-north-1.amazonaws.com.cn",
        }));
    }

    [TestCase("[]")]
    [TestCase("""["12345678901"]""")]
    [TestCase("""["12345678901a"]""")]
    [TestCase("[123456789012]")]
    [TestCase("\"123456789012\"")]
    [TestCase("""["1","2","3","4","5","6","7","8","9","10","11"]""")]
    public async Task Invalid_registry_IDs_are_rejected(string registryIds)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync(body: $$"""{"registryIds":{{registryIds}}}""");

        await AssertErrorAsync(response, 400, "InvalidParameterException");
    }

    [TestCase("")]
    [TestCase("not json")]
    [TestCase("[]")]
    [TestCase("{} {}")]
    public async Task A_body_that_is_not_a_JSON_object_is_rejected(string body)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync(body: body);

        await AssertErrorAsync(response, 400, "SerializationException");
    }

    [TestCase("AmazonEC2ContainerRegistry_V20150921.DeleteRepository", "ecr")]
    [TestCase("AmazonEC2ContainerRegistry_V20150921", "ecr")]
    [TestCase("SpencerFrontendService.CreateRepository", "ecr-public")]
    [TestCase("DynamoDB_20120810.ListTables", "dynamodb")]
    public async Task Other_operations_are_unknown(string target, string service)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.SendJsonAsync(target, service, "us-east-1", "{}");

        await AssertErrorAsync(response, 400, "com.amazon.coral.service#UnknownOperationException");
    }

    [Test]
    public async Task Other_content_types_are_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);
        using var request = SignedHttpClient.CreateRequest(SignedHttpClient.EcrTarget);
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await client.SendAsync(request, "ecr", "eu-west-1");

        await AssertErrorAsync(response, 415, "UnsupportedMediaTypeException");
    }

    [Test]
    public async Task The_public_operation_exists_only_in_us_east_1()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetPublicTokenAsync("us-west-2");

        await AssertErrorAsync(response, 400, "UnsupportedCommandException");
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync());

    private static string Token(JsonElement data) => Encoding.UTF8.GetString(data.GetProperty("authorizationToken").GetBytesFromBase64());

    private static DateTimeOffset ExpiresAt(JsonElement data) => DateTimeOffset.UnixEpoch.AddSeconds(data.GetProperty("expiresAt").GetDouble());

    private static async Task AssertErrorAsync(HttpResponseMessage response, int statusCode, string type)
    {
        var error = await ReadAsync(response);
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(statusCode));
            Assert.That(error.GetProperty("__type").GetString(), Is.EqualTo(type));
        });
    }
}

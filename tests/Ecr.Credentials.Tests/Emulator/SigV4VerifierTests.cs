using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class SigV4VerifierTests
{
    private readonly ManualTimeProvider _time = new();

    [Test]
    public async Task A_request_signed_by_the_AWS_SDK_is_verified()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync("ap-southeast-2");

        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(200));
            Assert.That(emulator.Requests.Single().SignatureVerified, Is.True);
            Assert.That(emulator.Requests.Single().Region, Is.EqualTo("ap-southeast-2"));
        });
    }

    [Test]
    public async Task A_request_signed_with_temporary_credentials_is_verified()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = Client(emulator, emulator.SessionCredentials);

        using var response = await client.GetTokenAsync();

        Assert.That(emulator.Requests.Single().SignatureVerified, Is.True);
    }

    [Test]
    public async Task A_request_without_a_signature_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Address };
        using var request = SignedHttpClient.CreateRequest(SignedHttpClient.EcrTarget);

        await AssertRefusedAsync(await http.SendAsync(request), "MissingAuthenticationTokenException", "Missing Authentication Token");
    }

    [Test]
    public async Task An_unreadable_signature_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(emulator, tamper: request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "x")),
            "IncompleteSignatureException",
            "Authorization header requires");
    }

    [Test]
    public async Task An_unknown_key_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = Client(emulator, Other(emulator.StaticCredentials, accessKeyId: "AKIAUNKNOWN"));

        await AssertRefusedAsync(
            await client.GetTokenAsync(), "UnrecognizedClientException", "The security token included in the request is invalid.");
        Assert.That(emulator.Requests.Single().AccessKeyId, Is.EqualTo("AKIAUNKNOWN"));
    }

    [Test]
    public async Task A_wrong_secret_is_rejected_with_the_long_message_of_AWS_that_repeats_the_request()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = Client(emulator, Other(emulator.StaticCredentials, secretAccessKey: "wrong"));

        await AssertRefusedAsync(
            await client.GetTokenAsync(),
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
            "The Canonical String for this request should have been\n'POST\n/\n\n",
            "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n");
        Assert.That(emulator.Requests.Single().SignatureVerified, Is.False);
    }

    [TestCase(null)]
    [TestCase("another token")]
    public async Task A_missing_or_wrong_session_token_is_rejected(string? sessionToken)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = Client(emulator, Other(emulator.SessionCredentials, sessionToken: sessionToken));

        await AssertRefusedAsync(await client.GetTokenAsync(), "UnrecognizedClientException", "security token");
    }

    [Test]
    public async Task Expired_temporary_credentials_are_refused()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = Client(emulator, emulator.IssueSession("late", TimeSpan.Zero));

        await AssertRefusedAsync(await client.GetTokenAsync(), "ExpiredTokenException", "The security token included in the request is expired");
    }

    [TestCase(-301, "Signature expired: ")]
    [TestCase(301, "Signature not yet current: ")]
    public async Task A_signature_more_than_five_minutes_away_is_rejected(int seconds, string message)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = _time });

        await AssertRefusedAsync(await SendAsync(emulator, signedAt: _time.GetUtcNow().AddSeconds(seconds)), "InvalidSignatureException", message);
    }

    [TestCase(-299)]
    [TestCase(299)]
    public async Task A_signature_less_than_five_minutes_away_is_accepted(int seconds)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = _time });

        using var response = await SendAsync(emulator, signedAt: _time.GetUtcNow().AddSeconds(seconds));

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task A_scope_of_another_day_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(emulator, tamper: request =>
            {
                var date = request.Headers.GetValues("X-Amz-Date").Single()[..8];
                Rewrite(request, $"/{date}/", "/20150830/");
            }),
            "InvalidSignatureException",
            "Date in Credential scope does not match");
    }

    [Test]
    public async Task A_signature_for_another_service_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        await AssertRefusedAsync(
            await client.SendJsonAsync(SignedHttpClient.EcrTarget, "ecr-public", "us-east-1", "{}"), "InvalidSignatureException", "correct service: 'ecr'");
        await AssertRefusedAsync(
            await client.SendJsonAsync(
                SignedHttpClient.EcrPublicTarget, "ecr", "us-east-1", "{}"), "InvalidSignatureException", "correct service: 'ecr-public'");
    }

    [TestCase("nowhere")]
    [TestCase("us-east")]
    public async Task A_signature_for_an_invalid_region_is_rejected(string region)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        await AssertRefusedAsync(await client.GetTokenAsync(region), "InvalidSignatureException", $"valid region, not '{region}'");
    }

    [Test]
    public async Task A_signature_for_a_region_other_than_the_configured_one_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { Region = "eu-west-1" });
        using var client = new SignedHttpClient(emulator);

        using var accepted = await client.GetTokenAsync("eu-west-1");
        Assert.That((int)accepted.StatusCode, Is.EqualTo(200));
        await AssertRefusedAsync(await client.GetTokenAsync("eu-west-2"), "InvalidSignatureException", "valid region, not 'eu-west-2'");
    }

    [Test]
    public async Task A_request_whose_host_is_not_signed_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(
                emulator, tamper: request => Rewrite(request, ";host;", ";")), "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader'");
    }

    [TestCase("x-amz-date")]
    [TestCase("x-amz-target")]
    [TestCase("x-amz-content-sha256")]
    public async Task A_request_with_an_unsigned_AWS_header_is_rejected(string header)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(emulator, tamper: request => Rewrite(request, ";" + header, "")), "InvalidSignatureException", "must be a 'SignedHeader'");
    }

    [Test]
    public async Task A_session_token_that_is_not_signed_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(emulator, emulator.SessionCredentials, tamper: request => Rewrite(request, ";x-amz-security-token", "")),
            "InvalidSignatureException",
            "must be a 'SignedHeader'");
    }

    [Test]
    public async Task A_signed_header_that_was_not_sent_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(emulator, tamper: request => Rewrite(
                request, "SignedHeaders=", "SignedHeaders=accept;")), "InvalidSignatureException", "'accept' is not in the request");
    }

    [Test]
    public async Task A_body_that_is_not_the_signed_one_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(emulator, tamper: request => request.Content = SignedHttpClient.CreateRequest(
                "any", "{ }").Content), "InvalidSignatureException", "The provided 'x-amz-content-sha256' header does not match");
    }

    [Test]
    public async Task A_header_that_changed_after_signing_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(
            await SendAsync(emulator, tamper: request =>
            {
                request.Headers.Remove("X-Amz-Target");
                request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.DeleteRepository");
            }),
            "InvalidSignatureException",
            "The request signature we calculated does not match");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        AwsEmulator emulator, EmulatedCredentials? credentials = null, DateTimeOffset? signedAt = null, Action<HttpRequestMessage>? tamper = null)
    {
        using var http = new HttpClient { BaseAddress = emulator.Address };
        using var client = new SignedHttpClient(http, credentials ?? emulator.StaticCredentials);
        using var request = SignedHttpClient.CreateRequest(SignedHttpClient.EcrTarget);
        await client.SignAsync(request, "ecr", "eu-west-1", signedAt?.UtcDateTime);
        tamper?.Invoke(request);
        return await http.SendAsync(request);
    }

    private static void Rewrite(HttpRequestMessage request, string part, string replacement)
    {
        var header = request.Headers.GetValues("Authorization").Single();
        Assert.That(header, Does.Contain(part));
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", header.Replace(part, replacement, StringComparison.Ordinal));
    }

    private static SignedHttpClient Client(AwsEmulator emulator, EmulatedCredentials credentials) =>
        new(new HttpClient { BaseAddress = emulator.Address }, credentials);

    private static EmulatedCredentials Other(
        EmulatedCredentials credentials, string? accessKeyId = null, string? secretAccessKey = null, string? sessionToken = null) => new()
        {
            AccessKeyId = accessKeyId ?? credentials.AccessKeyId,
            SecretAccessKey = secretAccessKey ?? credentials.SecretAccessKey,
            SessionToken = sessionToken,
            PrincipalArn = credentials.PrincipalArn,
        };

    private static async Task AssertRefusedAsync(HttpResponseMessage response, string code, params string[] messageParts)
    {
        using (response)
        {
            var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.Multiple(() =>
            {
                Assert.That((int)response.StatusCode, Is.EqualTo(400));
                Assert.That((string?)error["__type"], Is.EqualTo(code));
                foreach (var part in messageParts)
                {
                    Assert.That((string?)error["message"], Does.Contain(part));
                }
            });
        }
    }
}

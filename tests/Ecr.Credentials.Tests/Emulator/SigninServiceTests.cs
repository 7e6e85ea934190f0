using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

public sealed class SigninServiceTests
{
    [Test]
    public async Task A_proof_and_a_refresh_token_return_credentials()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await RefreshAsync(emulator, CreateProof(emulator));
        var document = JsonElement.Parse(await answer.Content.ReadAsStringAsync());

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(document.GetProperty("accessToken").GetProperty("accessKeyId").GetString(), Is.EqualTo(emulator.LoginCredentials.AccessKeyId));
        Assert.That(document.GetProperty("expiresIn").GetInt32(), Is.EqualTo(900));
        Assert.That((emulator.Requests.Single().Service, emulator.Requests.Single().Operation), Is.EqualTo((AwsService.Signin, "CreateOAuth2Token")));
    }

    [TestCase("htm", "GET")]
    [TestCase("htu", "https://other.example/v1/token")]
    [TestCase("iat", "0")]
    [TestCase("jti", "")]
    [TestCase("typ", "jwt")]
    [TestCase("alg", "none")]
    public async Task A_proof_with_another_value_is_rejected(string name, string value)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(emulator, CreateProof(emulator, name, value), $"Invalid DPoP proof: {name}");
    }

    [Test]
    public async Task A_proof_of_another_key_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        await using var other = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(emulator, CreateProof(other, "htu", $"{emulator.Address}v1/token"), "Invalid DPoP proof: another key");
    }

    [Test]
    public async Task A_changed_proof_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        var parts = CreateProof(emulator).Split('.');

        await AssertRefusedAsync(
            emulator, $"{parts[0]}.{CreateProof(emulator).Split('.')[1]}.{parts[2]}", "Invalid DPoP proof: the signature");
    }

    [Test]
    public async Task A_proof_is_accepted_once()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        var proof = CreateProof(emulator);
        using var first = await RefreshAsync(emulator, proof);

        await AssertRefusedAsync(emulator, proof, "Invalid DPoP proof: jti");
    }

    [TestCase(null, "Invalid DPoP proof: no proof")]
    [TestCase("a.b.c", "Invalid DPoP proof: the proof is malformed")]
    public async Task A_request_without_a_proof_is_rejected(string? proof, string message)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        await AssertRefusedAsync(emulator, proof, message);
    }

    private static string CreateProof(AwsEmulator emulator, string? changed = null, string? value = null)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(emulator.LoginKeyPem);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var header = new JsonObject
        {
            ["typ"] = "dpop+jwt",
            ["alg"] = "ES256",
            ["jwk"] = new JsonObject
            {
                ["kty"] = "EC",
                ["crv"] = "P-256",
                ["x"] = Base64Url.EncodeToString(point.X),
                ["y"] = Base64Url.EncodeToString(point.Y),
            },
        };
        var payload = new JsonObject
        {
            ["htm"] = "POST",
            ["htu"] = $"{emulator.Address}v1/token",
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
        };
        if (changed is not null)
        {
            (header.ContainsKey(changed) ? header : payload)[changed] = changed == "iat" ? 0 : value;
        }

        var signed = $"{Encode(header)}.{Encode(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static async Task AssertRefusedAsync(AwsEmulator emulator, string? proof, string message)
    {
        using var answer = await RefreshAsync(emulator, proof);

        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain($"\"message\":\"{message}\""));
    }

    private static async Task<HttpResponseMessage> RefreshAsync(AwsEmulator emulator, string? proof)
    {
        using var http = new HttpClient { BaseAddress = emulator.Address };
        var body = new JsonObject
        {
            ["clientId"] = emulator.Options.LoginClientId,
            ["grantType"] = "refresh_token",
            ["refreshToken"] = emulator.Options.LoginRefreshToken,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/token")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")),
        };
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        return await http.SendAsync(request);
    }
}

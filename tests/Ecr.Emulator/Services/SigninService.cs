using System.Security.Cryptography;
using System.Text.Json;
using Ecr.Emulator.Server;
using Ecr.Emulator.Signing;

namespace Ecr.Emulator.Services;

/// <summary>
/// CreateOAuth2Token of AWS Sign-In, for the refresh tokens of <c>aws login</c>:
/// https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html
/// </summary>
internal sealed class SigninService(AwsEmulatorOptions options, EmulatedCredentials credentials, ECParameters key)
{
    public const string Path = "/v1/token";
    public const string CreateOAuth2Token = "CreateOAuth2Token";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly DpopVerifier _verifier = new(key);

    public Answer Handle(IncomingRequest request, DateTimeOffset now)
    {
        if (request.Operation is not CreateOAuth2Token)
        {
            return JsonAnswer.UnknownOperation();
        }

        var target = $"{request.Scheme}://{request.Host}{request.Path}";
        if (_verifier.FindProblem(request.Headers.GetValueOrDefault("DPoP"), request.Method, target, now) is { } problem)
        {
            return Refuse(400, "ValidationException", "INVALID_REQUEST", $"Invalid DPoP proof: {problem}");
        }

        if (Find(request.Body, "clientId") != options.LoginClientId || Find(request.Body, "grantType") != "refresh_token")
        {
            return Refuse(400, "ValidationException", "INVALID_REQUEST", "Invalid client or grant type");
        }

        if (options.LoginError is { } error)
        {
            return Refuse(error == "TOKEN_EXPIRED" ? 401 : 403, "AccessDeniedException", error, "Access denied");
        }

        if (Find(request.Body, "refreshToken") != options.LoginRefreshToken)
        {
            return Refuse(401, "AccessDeniedException", "TOKEN_EXPIRED", "The refresh token has expired");
        }

        return RestJsonAnswer.Success(json =>
        {
            json.WriteStartObject("accessToken");
            json.WriteString("accessKeyId", credentials.AccessKeyId);
            json.WriteString("secretAccessKey", credentials.SecretAccessKey);
            json.WriteString("sessionToken", credentials.SessionToken);
            json.WriteEndObject();
            json.WriteString("tokenType", "urn:aws:params:oauth:token-type:access_token_sigv4");
            json.WriteNumber("expiresIn", (int)Lifetime.TotalSeconds);
            json.WriteString("refreshToken", options.LoginRefreshToken + ".refreshed");
        });
    }

    private static string? Find(ReadOnlyMemory<byte> body, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Answer Refuse(int statusCode, string code, string oauthError, string message) =>
        RestJsonAnswer.Error(new AwsError(statusCode, code, message), json =>
        {
            json.WriteString("error", oauthError);
            json.WriteString("message", message);
        });
}

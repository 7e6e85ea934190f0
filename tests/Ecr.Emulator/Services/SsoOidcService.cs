using System.Text.Json;
using Ecr.Emulator.Server;

namespace Ecr.Emulator.Services;

/// <summary>
/// CreateToken of IAM Identity Center's OIDC service, for refresh tokens:
/// https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
/// </summary>
internal sealed class SsoOidcService(AwsEmulatorOptions options)
{
    public const string Path = "/token";
    public const string CreateToken = "CreateToken";
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(8);

    public Answer Handle(IncomingRequest request)
    {
        if (request.Operation is not CreateToken)
        {
            return JsonAnswer.UnknownOperation();
        }

        Dictionary<string, JsonElement> body;
        try
        {
            body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(request.Body.Span) ?? [];
        }
        catch (JsonException)
        {
            return Refuse(400, "InvalidRequestException", "invalid_request", "Invalid request");
        }

        string? Text(string name) => body.TryGetValue(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

        if (Text("grantType") != "refresh_token")
        {
            return Refuse(400, "UnsupportedGrantTypeException", "unsupported_grant_type", "Grant type not supported");
        }

        if (Text("clientId") != options.SsoClientId || Text("clientSecret") != options.SsoClientSecret)
        {
            return Refuse(401, "InvalidClientException", "invalid_client", "Invalid client provided");
        }

        if (Text("refreshToken") != options.SsoRefreshToken)
        {
            return Refuse(400, "InvalidGrantException", "invalid_grant", "Invalid refresh token provided");
        }

        return RestJsonAnswer.Success(json =>
        {
            json.WriteString("accessToken", options.SsoAccessToken);
            json.WriteNumber("expiresIn", (int)TokenLifetime.TotalSeconds);
            json.WriteString("refreshToken", options.SsoRefreshToken);
            json.WriteString("tokenType", "Bearer");
        });
    }

    /// <summary>The members are defined by OAuth: https://www.rfc-editor.org/rfc/rfc6749#section-5.2</summary>
    private static Answer Refuse(int statusCode, string code, string oauthError, string description) =>
        RestJsonAnswer.Error(new AwsError(statusCode, code, description), json =>
        {
            json.WriteString("error", oauthError);
            json.WriteString("error_description", description);
        });
}

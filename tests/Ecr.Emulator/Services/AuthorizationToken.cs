using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ecr.Emulator.Services;

/// <summary>The token that ECR and ECR Public return: base64 of <c>AWS:password</c>.</summary>
internal sealed record AuthorizationToken(string Text, DateTimeOffset ExpiresAt)
{
    public static AuthorizationToken Create(string password, DateTimeOffset expiresAt) => new(Base64("AWS:" + password), expiresAt);

    /// <summary>A password of the size and format of AWS's: base64 of a small JSON document about an encrypted payload.</summary>
    public static string NewPassword(DateTimeOffset expiresAt) => Convert.ToBase64String(JsonAnswer.Write(json =>
    {
        json.WriteBase64String("payload", RandomNumberGenerator.GetBytes(780));
        json.WriteBase64String("datakey", RandomNumberGenerator.GetBytes(184));
        json.WriteString("version", "2");
        json.WriteString("type", "DATA_KEY");
        json.WriteNumber("expiration", expiresAt.ToUnixTimeSeconds());
    }));

    public AuthorizationToken Spoil(Fault? fault) => fault?.Kind switch
    {
        FaultKind.TokenNotBase64 => this with { Text = "*not base64*" },
        FaultKind.TokenWithoutColon => this with { Text = Base64("a text without a colon") },
        _ => this,
    };

    public void WriteTo(Utf8JsonWriter json, ExpiresAtFormat format)
    {
        json.WriteString("authorizationToken", Text);
        json.WritePropertyName("expiresAt");
        json.WriteRawValue(Number(format));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private string Number(ExpiresAtFormat format)
    {
        var seconds = ExpiresAt.ToUnixTimeMilliseconds() / 1000m;
        return format switch
        {
            ExpiresAtFormat.WholeSeconds => decimal.Truncate(seconds).ToString(CultureInfo.InvariantCulture),
            ExpiresAtFormat.Exponent => (seconds / 1_000_000_000m).ToString("0.############", CultureInfo.InvariantCulture) + "E9",
            _ => seconds.ToString("0.000", CultureInfo.InvariantCulture),
        };
    }
}

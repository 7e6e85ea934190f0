using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>The file in which AWS tools store an SSO token: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html"/>.</summary>
/// <param name="path">The path of the file.</param>
internal sealed class SsoTokenFile(string path)
{
    /// <param name="home">The home directory.</param>
    /// <param name="cacheKey">The session name, or the URL of the access portal.</param>
    public static SsoTokenFile Of(string home, string cacheKey)
    {
#pragma warning disable CA5350 // Do not use weak cryptographic algorithms: every AWS tool uses this file name.
        var hash = SHA1.HashData(Encoding.UTF8.GetBytes(cacheKey));
#pragma warning restore CA5350
        return new SsoTokenFile(Path.Combine(home, ".aws", "sso", "cache", $"{Convert.ToHexStringLower(hash)}.json"));
    }

    /// <returns>The token; <see langword="null"/> if the file does not exist or contains no valid token.</returns>
    public SsoToken? Read()
    {
        try
        {
            using var document = JsonText.Parse(LimitedFile.ReadAllBytes(path, LimitedFile.MaxLength));
            var file = document.RootElement;
            return file.FindText("accessToken") is { } token && HttpHeaderValue.IsValid(token) && GetTime(file, "expiresAt") is { } expiresAt
                ? new SsoToken
                {
                    AccessToken = token,
                    ExpiresAt = expiresAt,
                    RefreshToken = file.FindText("refreshToken"),
                    ClientId = file.FindText("clientId"),
                    ClientSecret = file.FindText("clientSecret"),
                    RegistrationExpiresAt = GetTime(file, "registrationExpiresAt"),
                }
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the token and keeps everything else in the file.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">Reading or writing the file is not permitted.</exception>
    /// <exception cref="JsonException">The file was damaged in the meantime.</exception>
    public void Replace(SsoToken token) => UserTokenFile.Rewrite(path, (file, json) =>
    {
        json.WriteMembersExcept(file, "accessToken", "expiresAt", "refreshToken");
        json.WriteString("accessToken", token.AccessToken);
        json.WriteTime("expiresAt", token.ExpiresAt);
        json.WriteString("refreshToken", token.RefreshToken);
    });

    public override string ToString() => MessageText.Quote(path);

    // Older tools wrote "UTC" instead of "Z".
    private static DateTimeOffset? GetTime(JsonElement file, string name) =>
        file.FindText(name) is { } text
            && DateTimeOffset.TryParse(
                text.Replace("UTC", "Z", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}

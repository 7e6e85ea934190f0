using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>The file in which AWS tools store an SSO token: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html"/>.</summary>
/// <param name="path">The path of the file.</param>
internal sealed class SsoTokenFile(string path)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

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
            return file.FindText("accessToken") is { } token && GetTime(file, "expiresAt") is { } expiresAt
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
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing the file is not permitted.</exception>
    public void Replace(SsoToken token) => PrivateFile.Replace(path, Write(LimitedFile.ReadAllBytes(path, LimitedFile.MaxLength), token));

    public override string ToString() => MessageText.Quote(path);

    private static byte[] Write(ReadOnlyMemory<byte> file, SsoToken token)
    {
        using var document = JsonText.Parse(file);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Name is not ("accessToken" or "expiresAt" or "refreshToken"))
                {
                    member.WriteTo(json);
                }
            }

            json.WriteString("accessToken", token.AccessToken);
            json.WriteString("expiresAt", token.ExpiresAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("refreshToken", token.RefreshToken);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    // Older tools wrote "UTC" instead of "Z".
    private static DateTimeOffset? GetTime(JsonElement file, string name) =>
        file.FindText(name) is { } text
            && DateTimeOffset.TryParse(
                text.Replace("UTC", "Z", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}

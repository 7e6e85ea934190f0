using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>
/// The file in which <c>aws login</c> stores a session: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html"/>.
/// </summary>
/// <param name="path">The path of the file.</param>
internal sealed class LoginTokenFile(string path)
{
    private const string DirectoryVariable = "AWS_LOGIN_CACHE_DIRECTORY";

    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <param name="session">The ARN of the signed-in user or role, the value of <c>login_session</c>.</param>
    /// <exception cref="EcrCredentialException">There is no directory that is safe to read from.</exception>
    public static LoginTokenFile Of(Func<string, string?> environment, string session)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(session.Trim()));
        return new LoginTokenFile(Path.Combine(FindDirectory(environment), $"{Convert.ToHexStringLower(hash)}.json"));
    }

    /// <returns>The session; <see langword="null"/> if the file does not exist or cannot be read.</returns>
    /// <exception cref="FormatException">The file contains no session. The message says what is missing, and contains nothing of the file.</exception>
    public LoginToken? Read()
    {
        try
        {
            using var document = JsonText.Parse(LimitedFile.ReadAllBytes(path, LimitedFile.MaxLength));
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        catch (JsonException)
        {
            // Its message may quote the file.
            throw new FormatException("not JSON");
        }
    }

    /// <summary>Replaces credentials and refresh token, and keeps everything else in the file.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">Reading or writing the file is not permitted.</exception>
    /// <exception cref="JsonException">The file was damaged in the meantime.</exception>
    /// <exception cref="FormatException">The file contains no credentials any more.</exception>
    public void Replace(LoginToken token) => UserTokenFile.Rewrite(path, (file, json) =>
    {
        json.WriteMembersExcept(file, "accessToken", "refreshToken");
        json.WriteStartObject("accessToken");
        json.WriteMembersExcept(Require(file, "accessToken"), "accessKeyId", "secretAccessKey", "sessionToken", "expiresAt");
        json.WriteString("accessKeyId", token.Credentials.AccessKey);
        json.WriteString("secretAccessKey", token.Credentials.SecretKey);
        json.WriteString("sessionToken", token.Credentials.Token);
        json.WriteTime("expiresAt", token.ExpiresAt);
        json.WriteEndObject();
        json.WriteString("refreshToken", token.RefreshToken);
    });

    public override string ToString() => MessageText.Quote(path);

    private static string FindDirectory(Func<string, string?> environment)
    {
        if (environment(DirectoryVariable) is { } directory)
        {
            return HomeDirectory.Resolve(environment, new AwsSetting(DirectoryVariable, directory));
        }

        return HomeDirectory.Find(environment) is { } home
            ? Path.Combine(home, ".aws", "login", "cache")
            : throw EcrCredentialException.InvalidConfiguration($"there is no home directory with a session of aws login: set HOME or {DirectoryVariable}");
    }

    private static LoginToken Read(JsonElement file)
    {
        var credentials = Require(file, "accessToken");
        return new LoginToken
        {
            Credentials = new ImmutableCredentials(
                RequireText(credentials, "accessKeyId"), RequireText(credentials, "secretAccessKey"), RequireText(credentials, "sessionToken")),
            ExpiresAt = DateTimeOffset.TryParse(
                RequireText(credentials, "expiresAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                    ? time
                    : throw new FormatException("expiresAt is not a time"),
            RefreshToken = RequireText(file, "refreshToken"),
            ClientId = RequireText(file, "clientId"),
            DpopKey = RequireText(file, "dpopKey"),
        };
    }

    private static JsonElement Require(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : throw new FormatException($"{name} is missing");

    private static string RequireText(JsonElement element, string name) => element.FindText(name) ?? throw new FormatException($"{name} is missing");
}

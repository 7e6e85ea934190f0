using System.Text;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>The secrets of an emulator, which must not appear anywhere but in the password's place.</summary>
internal static class Secrets
{
    /// <summary>The password of a proxy.</summary>
    public const string ProxyPassword = "marker-proxy-password";

    /// <summary>Options with secrets that are easy to find.</summary>
    public static AwsEmulatorOptions MarkedOptions => new()
    {
        ContainerAuthorizationToken = "marker/container+token==",
        PodIdentityToken = "marker/pod+token==",
        SsoAccessToken = "marker/sso+access==",
        SsoClientSecret = "marker/sso+client==",
        SsoRefreshToken = "marker/sso+refresh==",
        LoginRefreshToken = "marker/login+refresh==",
        WebIdentityToken = "marker.web-identity.token",
    };

    /// <summary>The secrets of an emulator that was started with <see cref="MarkedOptions"/>.</summary>
    public static IEnumerable<string> Of(AwsEmulator emulator)
    {
        var options = emulator.Options;
        yield return ProxyPassword;
        yield return emulator.Token;
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{emulator.Token}"));
        yield return options.ContainerAuthorizationToken!;
        yield return options.PodIdentityToken;
        yield return options.SsoAccessToken;
        yield return options.SsoClientSecret;
        yield return options.SsoRefreshToken;
        yield return options.LoginRefreshToken;
        yield return options.WebIdentityToken;
        foreach (var line in emulator.LoginKeyPem.Split('\n').Where(line => !line.StartsWith('-') && line.Length > 10))
        {
            yield return line;
        }

        foreach (var credentials in (EmulatedCredentials[])
            [
                emulator.StaticCredentials,
                emulator.ProfileCredentials,
                emulator.SessionCredentials,
                emulator.InstanceCredentials,
                emulator.ContainerCredentials,
                emulator.PodIdentityCredentials,
                emulator.SsoCredentials,
                emulator.LoginCredentials,
            ])
        {
            yield return credentials.SecretAccessKey;
            if (credentials.SessionToken is { } token)
            {
                yield return token;
            }
        }
    }

    /// <summary>Asserts that a text contains no secret, neither as it is nor as it is written in URLs, headers and JSON.</summary>
    public static void AssertNone(string place, string text, params string[] secrets) => Assert.Multiple(() =>
    {
        foreach (var secret in secrets)
        {
            Assert.That(text.Contains(secret, StringComparison.Ordinal), Is.False, $"{secret} in {place}: {text}");
            Assert.That(text.Contains(Uri.EscapeDataString(secret), StringComparison.Ordinal), Is.False, $"{secret} in {place}: {text}");
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=');
            Assert.That(text.Contains(encoded, StringComparison.Ordinal), Is.False, $"{secret} in {place}: {text}");
        }
    });
}

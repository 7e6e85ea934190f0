using System.Security.Cryptography;
using System.Text;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Aws.Credentials.Profiles;

/// <summary>A user who signed in with <c>aws sso login</c>.</summary>
public sealed class SsoCredentialsTests
{
    [TestCase("[")]
    [TestCase("[]")]
    [TestCase("{\"\\ud800\":1}")]
    [TestCase(null)]
    public async Task A_refreshed_token_is_used_even_if_its_file_was_damaged_in_the_meantime(string? damage)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions());
        using var stage = new ProfileStage(emulator);
        var options = emulator.Options;
        stage.WriteConfig(
            $"""
            [default]
            sso_session = s
            sso_account_id = {options.AccountId}
            sso_role_name = {options.SsoRole}
            [sso-session s]
            sso_region = eu-west-1
            """);
        var file = stage.Write(
            $".aws/sso/cache/{FileName("s")}",
            $$"""
            {"accessToken":"{{options.SsoAccessToken}}","expiresAt":"2001-01-01T00:00:00Z","clientId":"{{options.SsoClientId}}",
            "clientSecret":"{{options.SsoClientSecret}}",
            "refreshToken":"{{options.SsoRefreshToken}}"}
            """);
        emulator.Faults.Enqueue(Fault.ServerError);
        var finding = stage.FindAsync();
        await emulator.WaitForRequestAsync();
        if (damage is null)
        {
            File.Delete(file);
        }
        else
        {
            await File.WriteAllTextAsync(file, damage);
        }

        Assert.That((await finding)!.Origin, Does.StartWith("the SSO session of "));
        Assert.That(stage.Logger.Lines, Has.Some.Contains("Could not store the refreshed SSO session of the AWS profile \"default\""));
    }

#pragma warning disable CA5350 // Do not use weak cryptographic algorithms: every AWS tool uses this file name.
    private static string FileName(string session) => $"{Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(session)))}.json";
#pragma warning restore CA5350
}

using System.Text.Json;
using Ecr.Credentials.Aws.Credentials.Profiles;

namespace Ecr.Credentials.Tests.Aws.Credentials.Profiles;

public sealed class SsoTokenFileTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ecr-sso-tests-");

    [OneTimeTearDown]
    public void DeleteFiles() => _directory.Delete(recursive: true);

    [TestCase("t0ken", "t0ken")]
    [TestCase("t0ken\r\nx-injected: 1", null)]
    [TestCase("t0ken\u202e", null)]
    [TestCase("", null)]
    public async Task A_token_that_cannot_be_sent_is_none(string token, string? expected)
    {
        var path = Path.Combine(_directory.FullName, $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, $$"""{"accessToken":{{JsonSerializer.Serialize(token)}},"expiresAt":"2099-01-01T00:00:00Z"}""");

        Assert.That(new SsoTokenFile(path).Read()?.AccessToken, Is.EqualTo(expected));
    }
}

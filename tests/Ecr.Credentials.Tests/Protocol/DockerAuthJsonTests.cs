using System.Text.Json;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class DockerAuthJsonTests
{
    [Test]
    public void One_registry_is_one_line_of_JSON() =>
        Assert.That(
            DockerAuthJson.Write("r.example:5000", new RegistryCredential("AWS", "p\u00e4ss")),
            Is.EqualTo("""{"auths":{"r.example:5000":{"auth":"QVdTOnDDpHNz"}}}"""));

    [Test]
    public void Several_registries_are_sorted_and_the_last_of_a_repeated_host_wins()
    {
        var json = DockerAuthJson.Write([new("b", new("u", "1")), new("a\"", new("", "")), new("b", new("u", "2"))]);

        using var document = JsonDocument.Parse(json);
        var auths = document.RootElement.GetProperty("auths");
        Assert.That(auths.EnumerateObject().Select(registry => registry.Name), Is.EqualTo(new[] { "a\"", "b" }));
        Assert.That(auths.GetProperty("b").GetProperty("auth").GetString(), Is.EqualTo(Convert.ToBase64String("u:2"u8)));
    }

    [Test]
    public void No_registry_is_an_empty_object() => Assert.That(DockerAuthJson.Write([]), Is.EqualTo("""{"auths":{}}"""));

    [Test]
    public void A_user_name_with_a_colon_is_rejected_without_showing_it() =>
        Assert.That(
            () => DockerAuthJson.Write("r", new RegistryCredential("secret:", "x")),
            Throws.ArgumentException.With.Message.Contains("colon").And.Message.Not.Contains("secret"));
}

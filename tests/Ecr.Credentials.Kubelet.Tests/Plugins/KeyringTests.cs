using System.Text.Json;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

public sealed class KeyringTests
{
    private const string Raw = "raw:";
    private const string Error = "error: ";

    public static IEnumerable<string[]> Lookups => VectorFile.ReadTable("keyring.tsv");

    public static IEnumerable<string[]> Keys => VectorFile.ReadTable("auth-keys.tsv");

    [TestCaseSource(nameof(Lookups))]
    public void The_credentials_for_an_image_come_in_the_kubelets_order(string image, string order, string users, string providers)
    {
        image = VectorFile.Unescape(image);
        var repository = image;
        if (image.StartsWith(Raw, StringComparison.Ordinal))
        {
            repository = image[Raw.Length..];
        }
        else if (!ImageReference.TryParse(image, out var reference, out var error))
        {
            Assert.That(Error + error, Is.EqualTo(VectorFile.Unescape(users)));
            return;
        }
        else
        {
            repository = reference.Repository;
        }

        AuthMap[] maps = [.. JsonElement.Parse(VectorFile.Unescape(providers)).EnumerateArray().Select(Create)];

        var found = Keyring.Find(repository, maps).Select(credential => credential.Username).ToArray();

        var expected = JsonElement.Parse(users).EnumerateArray().Select(user => user.GetString()).ToArray();
        if (order == "varies")
        {
            Assert.That(found, Is.EquivalentTo(expected));
        }
        else
        {
            Assert.That(found, Is.EqualTo(expected));
        }
    }

    [TestCaseSource(nameof(Keys))]
    public void A_key_matches_the_images_that_it_matches_in_the_kubelet(string key, string image, string result)
    {
        var map = AuthMap.Create("p", [new(VectorFile.Unescape(key), new RegistryCredential("u", "p"))]);

        Assert.That(Keyring.Find(VectorFile.Unescape(image), [map]), Has.Length.EqualTo(result == "hit" ? 1 : 0));
    }

    [Test]
    public void Keys_that_are_stored_alike_keep_the_order_of_the_plugin()
    {
        var map = AuthMap.Create(
            "p",
            [
                new("https://a.io/v2/x", new RegistryCredential("1", "")),
                new("a.io/x", new RegistryCredential("2", "")),
                new("a.io/x", new RegistryCredential("3", "")),
            ]);

        Assert.That(Keyring.Find("a.io/x", [map]).Select(credential => credential.Username), Is.EqualTo(new[] { "1", "2", "3" }));
    }

    [TestCase("https://user:secret@a.io/x", "https://***@a.io/x")]
    [TestCase("user:se@cret@a.io", "***@a.io")]
    [TestCase("a.io/x@y", "a.io/x@y")]
    [TestCase("a.io?user@b", "a.io?user@b")]
    public void A_password_before_the_host_is_not_shown(string key, string shown)
    {
        var map = AuthMap.Create("p", [new(key, new RegistryCredential("u", "p"))]);

        Assert.That(map.Entries[0].Credential.AuthKey, Is.EqualTo(shown));
    }

    private static AuthMap Create(JsonElement auth) => AuthMap.Create(
        "p", [.. auth.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, new RegistryCredential(entry.Value.GetString()!, "p")))]);
}

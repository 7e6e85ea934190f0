using Ecr.Credentials.Kubelet.Plugins;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

public sealed class ImageReferenceTests
{
    public static IEnumerable<string[]> Names => VectorFile.ReadTable("image-names.tsv").Select(cells => cells.Select(VectorFile.Unescape).ToArray());

    [TestCaseSource(nameof(Names))]
    public void A_name_is_read_as_the_kubelet_reads_it(string image, string repository, string tag, string digest, string error)
    {
        var isValid = ImageReference.TryParse(image, out var reference, out var reason);

        Assert.That(isValid, Is.EqualTo(error.Length == 0));
        Assert.That(reason ?? "", Is.EqualTo(error));
        Assert.That(new[] { reference?.Repository ?? "", reference?.Tag ?? "", reference?.Digest ?? "" }, Is.EqualTo(new[] { repository, tag, digest }));
    }

    // Beyond the vectors, by the regular expressions of distribution/reference.
    [TestCase("a.io/Ж", "invalid reference format: repository name (Ж) must be lowercase")]
    [TestCase("a.io/\u0130", "invalid reference format: repository name (\u0130) must be lowercase")]
    [TestCase("a.io/b:1@SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "invalid checksum digest format")]
    [TestCase("a.io/b@s--a:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "invalid reference format")]
    [TestCase("a.io/b:\u212a", "repository name must be lowercase")]
    [TestCase("[::1/b", "invalid reference format")]
    [TestCase("a.io:5000:1/b", "invalid reference format")]
    public void An_error_is_the_kubelets(string image, string reason)
    {
        Assert.That(ImageReference.TryParse(image, out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo($"couldn't parse image name \"{image}\": {reason}"));
    }

    [TestCase("a\u200bb", "\"a\\u200bb\"")]
    [TestCase("a\u0001\u007f\"\\", "\"a\\x01\\x7f\\\"\\\\\"")]
    [TestCase("\U000e0001", "\"\\U000e0001\"")]
    [TestCase("\u00e9 \u00a0", "\"\u00e9 \\u00a0\"")]
    public void What_is_not_printable_is_escaped_as_Go_does(string image, string quoted)
    {
        Assert.That(ImageReference.TryParse(image, out _, out var error), Is.False);
        Assert.That(error, Does.StartWith($"couldn't parse image name {quoted}: "));
    }
}

using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

public class KubernetesVersionTests
{
    [TestCase("1.30", 1, 30)]
    [TestCase("v1.30.2", 1, 30)]
    [TestCase("v1.34.1+k3s1", 1, 34)]
    [TestCase("v1.33.0-rc.1", 1, 33)]
    [TestCase("1.20.15-eks-ba74326", 1, 20)]
    public void A_version_is_read(string text, int major, int minor) =>
        Assert.That(KubernetesVersion.Parse(text), Is.EqualTo(new KubernetesVersion(major, minor)));

    [TestCase("")]
    [TestCase("v")]
    [TestCase("1")]
    [TestCase("1.")]
    [TestCase("1.x")]
    [TestCase("1.2.3.4")]
    [TestCase("1.2.x")]
    [TestCase("-1.2")]
    [TestCase("1. 2")]
    public void What_is_no_version_is_refused(string text)
    {
        Assert.That(KubernetesVersion.TryParse(text, out _), Is.False);
        Assert.That(() => KubernetesVersion.Parse(text), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void Versions_are_ordered_by_number()
    {
        Assert.That(new KubernetesVersion(1, 9) < new KubernetesVersion(1, 30));
        Assert.That(new KubernetesVersion(2, 0) >= KubernetesVersion.Latest);
        Assert.That(KubernetesVersion.Latest.ToString(), Is.EqualTo("1.36"));
    }
}

using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Tests.Aws.Trust;

/// <summary>Lookups in a temporary root directory.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SystemTrustStoreTests
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ecr-system-trust-tests-");

    [TearDown]
    public void Delete() => _root.Delete(recursive: true);

    [TestCase("/etc/ssl/certs/ca-certificates.crt")]
    [TestCase("/etc/pki/tls/certs/ca-bundle.crt")]
    [TestCase("/etc/ssl/ca-bundle.pem")]
    [TestCase("/etc/pki/tls/cacert.pem")]
    [TestCase("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")]
    [TestCase("/etc/ssl/cert.pem")]
    public void FindBundle_finds_the_bundle_of_each_distribution(string file)
    {
        Write(file);

        Assert.That(SystemTrustStore.FindBundle(_root.FullName), Is.EqualTo(file));
    }

    [Test]
    public void FindBundle_returns_null_without_a_bundle()
    {
        // A dangling link, as left behind by an uninstalled package.
        Directory.CreateDirectory(Path.Join(_root.FullName, "/etc/ssl"));
        File.CreateSymbolicLink(Path.Join(_root.FullName, "/etc/ssl/cert.pem"), Path.Join(_root.FullName, "gone"));

        Assert.That(SystemTrustStore.FindBundle(_root.FullName), Is.Null);
    }

    [TestCase("/usr/lib/ssl/cert.pem")]
    [TestCase("/usr/lib/ssl/certs/4042bcee.0")]
    public void HasDebianDefaults_is_true_if_OpenSSL_finds_certificates_in_its_default_paths(string file)
    {
        Write(file);

        Assert.That(SystemTrustStore.HasDebianDefaults(_root.FullName), Is.True);
    }

    [TestCase("/usr/lib/ssl/openssl.cnf")]
    [TestCase("/etc/ssl/certs/ca-certificates.crt")]
    public void HasDebianDefaults_is_false_without_certificates(string file)
    {
        Write(file);
        Assert.That(SystemTrustStore.HasDebianDefaults(_root.FullName), Is.False);

        Directory.CreateDirectory(Path.Join(_root.FullName, "/usr/lib/ssl/certs"));
        Assert.That(SystemTrustStore.HasDebianDefaults(_root.FullName), Is.False);
    }

    private void Write(string file)
    {
        var path = Path.Join(_root.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}

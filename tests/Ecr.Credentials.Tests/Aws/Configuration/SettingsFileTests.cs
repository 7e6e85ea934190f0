using System.Text;
using Ecr.Credentials.Aws.Configuration;

namespace Ecr.Credentials.Tests.Aws.Configuration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SettingsFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ecr-settings-file-tests-");

    private string FilePath => Path.Combine(_directory.FullName, "file");

    public void Dispose() => _directory.Delete(recursive: true);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4096)]
    [TestCase(4097)]
    [TestCase(SettingsFile.MaxLength)]
    public void A_file_is_read_to_its_end(int length)
    {
        var content = new byte[length];
        new Random(15).NextBytes(content);
        File.WriteAllBytes(FilePath, content);

        Assert.That(SettingsFile.ReadBytes(FilePath), Is.EqualTo(content));
    }

    [Test]
    public void A_larger_file_is_an_error()
    {
        File.WriteAllBytes(FilePath, new byte[SettingsFile.MaxLength + 1]);

        Assert.That(() => SettingsFile.ReadText(FilePath), Throws.TypeOf<IOException>().With.Message.EqualTo("The file is larger than 1 MiB."));
    }

    [Test]
    [Platform("Linux", Reason = "The device is one of Linux.")]
    public void A_device_that_never_ends_is_an_error() => Assert.That(() => SettingsFile.ReadText("/dev/zero"), Throws.TypeOf<IOException>());

    [TestCase("utf-8")]
    [TestCase("utf-16")]
    [TestCase("utf-16BE")]
    public void A_byte_order_mark_decides_the_encoding(string encoding)
    {
        File.WriteAllText(FilePath, "é", Encoding.GetEncoding(encoding));

        Assert.That(SettingsFile.ReadText(FilePath), Is.EqualTo("é"));
    }

    [Test]
    public void Without_a_byte_order_mark_it_is_UTF_8()
    {
        File.WriteAllText(FilePath, "é", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

        Assert.That(SettingsFile.ReadText(FilePath), Is.EqualTo("é"));
    }
}

using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Tests.Interop;

public sealed class LimitedFileTests
{
    private DirectoryInfo _directory = null!;

    [SetUp]
    public void SetUp() => _directory = Directory.CreateTempSubdirectory("ecr-limited-file-");

    [TearDown]
    public void TearDown() => _directory.Delete(recursive: true);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4096)]
    [TestCase(LimitedFile.MaxLength)]
    public void A_file_up_to_the_limit_is_read(int length)
    {
        var path = Path.Combine(_directory.FullName, "file");
        File.WriteAllBytes(path, Enumerable.Repeat((byte)'x', length).ToArray());

        Assert.That(LimitedFile.ReadAllText(path), Is.EqualTo(new string('x', length)));
    }

    [Test]
    public void A_larger_file_is_refused()
    {
        var path = Path.Combine(_directory.FullName, "file");
        File.WriteAllBytes(path, new byte[LimitedFile.MaxLength + 1]);

        Assert.That(() => LimitedFile.ReadAllText(path), Throws.TypeOf<IOException>().With.Message.EqualTo("the file is larger than 1 MiB"));
    }

    [TestCase("config")]
    [TestCase("./config")]
    [TestCase("~/config")]
    [TestCase("")]
    public void A_path_in_the_working_directory_is_refused(string path) =>
        Assert.That(() => LimitedFile.ReadAllText(path), Throws.TypeOf<IOException>().With.Message.EqualTo("the path is not absolute"));

    [Platform("Linux")]
    [TestCase("/dev/zero")]
    [TestCase("/dev/random")]
    [TestCase("/dev/tty")]
    public void A_device_is_refused(string path) =>
        Assert.That(() => LimitedFile.ReadAllText(path, mayBePipe: true), Throws.TypeOf<IOException>().With.Message.EqualTo("it is not a regular file"));

    [Platform("Linux")]
    [Test]
    public void The_null_device_is_empty() => Assert.That(LimitedFile.ReadAllText("/dev/null"), Is.Empty);

    [Test]
    public void A_missing_file_is_reported_as_such() =>
        Assert.That(() => LimitedFile.ReadAllText(Path.Combine(_directory.FullName, "missing")), Throws.TypeOf<FileNotFoundException>());
}

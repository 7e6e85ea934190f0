using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tests.Text;

public sealed class Fnv1a64Tests
{
    // Computed by another implementation over the text in UTF-16LE.
    [TestCase("", 0xcbf29ce484222325ul)]
    [TestCase("a", 0x089be207b544f1e4ul)]
    [TestCase("foobar", 0xc882d5010e965f1aul)]
    [TestCase("\u20ac", 0x09868007b60c6251ul)]
    public void Of_computes_FNV_1a(string text, ulong hash) => Assert.That(Fnv1a64.Of(text), Is.EqualTo(hash));

    [Test]
    public void All_bytes_of_a_number_affect_the_hash()
    {
        var hashes = Enumerable.Range(0, 64).Select(bit =>
        {
            var hash = new Fnv1a64();
            hash.Add(1L << bit);
            return hash.Value;
        });

        Assert.That(hashes, Is.Unique);
    }
}

using System.Globalization;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Tests.Matching;

public sealed class ImagePatternSetTests
{
    [TestCase("a.io/x", 0)]
    [TestCase("b.io/x", 1)]
    [TestCase("c.io/x", 1)]
    [TestCase("c.io/y", -1)]
    [TestCase("b.io:80/x", 2)]
    [TestCase("localhost/x", 3)]
    [TestCase("b.c.io/x", -1)]
    [TestCase("b.io/%", -1)]
    [TestCase("user@b.io/x?y#z", 1)]
    public void FirstMatch_returns_the_index_of_the_first_matching_pattern(string image, int expected)
    {
        var set = Parse("a.io", "*.io/x", "*.io:80", "*", "b.io/x", "a.io/x", "a.io");

        Assert.That(set.FirstMatch(image), Is.EqualTo(expected));
        Assert.That(set.IsMatch(image), Is.EqualTo(expected >= 0));
    }

    [TestCase("r.io/team/app", 1)]
    [TestCase("r.io/team/other", 4)]
    [TestCase("r.io/team", 4)]
    [TestCase("r.io/tea", 6)]
    [TestCase("r.io/zeta", 2)]
    [TestCase("r.io/z", 6)]
    [TestCase("r.io/", 6)]
    [TestCase("r.io", 6)]
    [TestCase("r.io/a", 3)]
    [TestCase("r.io/ab", 3)]
    [TestCase("r.io/abc", 0)]
    [TestCase("r.io/t%65am/app", 1)]
    public void FirstMatch_finds_the_lowest_of_nested_paths(string image, int expected)
    {
        var set = Parse("r.io/abc", "r.io/team/a", "r.io/zeta", "r.io/a", "r.io/team", "r.io/team/other", "r.io");

        Assert.That(set.FirstMatch(image), Is.EqualTo(expected));
    }

    [Test]
    public void FirstMatch_agrees_with_trying_the_patterns_one_by_one()
    {
        PairGenerator pairs = new(seed: 1);
        Random random = new(1);
        var matches = 0;
        for (var i = 0; i < 2_000; i++)
        {
            List<ImagePattern> patterns = [];
            List<string> images = [];
            for (var j = random.Next(40); j >= 0; j--)
            {
                (var text, var image) = pairs.Next();
                images.Add(image);
                if (ImagePattern.TryParse(text, out var pattern))
                {
                    patterns.Insert(random.Next(patterns.Count + 1), pattern);
                }
            }

            ImagePatternSet set = new(patterns);
            foreach (var image in images)
            {
                var expected = patterns.FindIndex(pattern => pattern.IsMatch(image));
                Assert.That(set.FirstMatch(image), Is.EqualTo(expected));
                matches += expected >= 0 ? 1 : 0;
            }
        }

        Assert.That(matches, Is.GreaterThan(1_000));
    }

    [TestCase("registry-{0}.example.com", "registry-{0}.example.com/app")]
    [TestCase("*.team-{0}.example.com", "a.team-{0}.example.com/app")]
    [TestCase("reg-{0}-*.io", "reg-{0}-a.io/app")]
    [TestCase("*-{0}.io", "a-{0}.io/app")]
    [TestCase("localhost:{0}", "localhost:{0}/app")]
    [TestCase("r.io/team-{0}/", "r.io/team-{0}/app")]
    [TestCase("{0}.dkr.ecr.*.amazonaws.com", "{0}.dkr.ecr.eu-west-1.amazonaws.com/app")]
    [TestCase("*.dkr.ecr.{0}.amazonaws.com/team", "1.dkr.ecr.{0}.amazonaws.com/team/app")]
    public void Each_of_many_patterns_is_found(string pattern, string image)
    {
        var set = Parse([.. Enumerable.Range(0, 1_000).Select(i => string.Format(CultureInfo.InvariantCulture, pattern, i))]);

        for (var i = 0; i < set.Count; i++)
        {
            Assert.That(set.FirstMatch(string.Format(CultureInfo.InvariantCulture, image, i)), Is.EqualTo(i));
        }

        Assert.That(set.FirstMatch(string.Format(CultureInfo.InvariantCulture, image, set.Count)), Is.EqualTo(-1));
    }

    [Test]
    public void An_empty_set_matches_nothing() => Assert.That(Parse().FirstMatch("r.io/x"), Is.EqualTo(-1));

    [Test]
    public void Patterns_keep_their_order()
    {
        var set = Parse("b.io", "a.io", "b.io");

        Assert.That(set.Count, Is.EqualTo(3));
        Assert.That(set[1].ToString(), Is.EqualTo("a.io"));
        Assert.That(() => set[3], Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => set[-1], Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ImagePatternSet(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void FirstMatch_allocates_nothing_for_images_of_up_to_4_KiB()
    {
        var set = Parse("*.dkr.ecr.*.amazonaws.com", "r.io/é", "*", "*-a.io", "a-*.io:80", "[::1]", "r.io/a", "r.io/b");
        string[] images =
        [
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2.3",
            "r.io/%C3%A9?a#%41",
            "r.io/c",
            "user:password@b-a.io/x",
            "a-b.io:80",
            "[fe80::1%25é]",
            "r io",
            new('a', 4096),
            new('é', 4096),
            new('\ud800', 4096),
            new('.', 4096),
        ];

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var image in images)
            {
                set.FirstMatch(image);
                set.IsMatch(image);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.That(Allocated(), Is.Zero);
    }

    private static ImagePatternSet Parse(params string[] texts) => new(texts.Select(text => ImagePattern.Parse(text)));
}

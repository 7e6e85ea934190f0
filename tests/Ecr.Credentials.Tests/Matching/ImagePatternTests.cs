using System.Text;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Tests.Matching;

public sealed class ImagePatternTests
{
    [TestCaseSource(typeof(ImageMatchingVectors), nameof(ImageMatchingVectors.All))]
    public void IsMatch_returns_what_the_kubelet_decides(string glob, string image, string answer)
    {
        var isValid = ImagePattern.TryParse(glob, out var pattern);

        Assert.That(isValid && pattern!.IsMatch(image), Is.EqualTo(answer == "true"));
        Assert.That(isValid || answer == "error", "A pattern whose answer is true or false must parse.");
    }

    // Corner cases of Go's rules for IPv6 literals. A zone is decoded text, so it can bring '*', '.', ':' and brackets into matching.
    [TestCase("[fe80::1%25*]:80", "[fe80::1%25eth0]:80/x", true)]
    [TestCase("[fe80::1%25%2A]:80", "[fe80::1%25eth0]:80/x", true)]
    [TestCase("[fe80::1%25a%2Eb]:80", "[fe80::1%25a.b]:80/x", true)]
    [TestCase("*:80", "[fe80::1%25a.b]:80/x", false)]
    [TestCase("[fe80::1%25a%3Ab]:80", "[fe80::1%25a:b]:80/x", true)]
    [TestCase("*", "[fe80::1%25a%5Bb]:80/x", true)]
    [TestCase("*:80", "[fe80::1%25a%5Bb]:80/x", false)]
    [TestCase("*", "[fe80::1%25a]b]:80/x", true)]
    [TestCase("[fe80::1%25a]b]:80", "ab]:80/x", true)]
    [TestCase("[fe80::1%25a]b]:80", "ab]:81/x", false)]
    [TestCase("[fe80::1%25a]b]", "ab]/x", true)]
    [TestCase("[fe80::1%25a-f]", "d/x", true)]
    [TestCase("[fe80::1%25a-f]", "g/x", false)]
    [TestCase("[fe80::1%25f-a]", "d/x", false)]
    [TestCase("[fe80::1%25a-]", "a/x", false)]
    [TestCase("[fe80::1%25*]", "*/x", true)]
    [TestCase("[fe80::1%25*]", "ab/x", false)]
    [TestCase("[fe80::1%25é]", "é/x", true)]
    [TestCase("[fe80::1%25é]", "%c3%a9/x", true)]
    [TestCase("[fe80::1%25é]", "%c3/x", false)]
    [TestCase("[fe80::1%25\ufffd]", "%c3/x", true)]
    [TestCase("[fe80::1%25\ufffd]", "%e2%82/x", false)]
    [TestCase("[fe80::1%25a]*b]", "axyzb]/x", true)]
    [TestCase("[fe80::1%25a].b]", "a.b]/x", true)]
    [TestCase("[fe80::1%25a.b]", "a.b]/x", false)]
    [TestCase("a]:80", "a]:80/x", true)]
    [TestCase("a*", "a]:80/x", true)]
    [TestCase("a]:80", "a]/x", false)]
    public void IsMatch_treats_bracket_leftovers_as_the_kubelet_does(string glob, string image, bool expected) =>
        Assert.That(ImagePattern.Parse(glob).IsMatch(image), Is.EqualTo(expected));

    [TestCase("*%a9.io", "é.io/x", true)]
    [TestCase("*é.io", "%C3%A9.io/x", true)]
    [TestCase("é*.io", "éa.io/x", true)]
    [TestCase("r.io/%c3", "r.io/é", true)]
    [TestCase("r.io/é", "r.io/%C3%A9", true)]
    [TestCase("r.io/é", "r.io/\u00c3\u00a9", false)]
    [TestCase("r.io/\U0001F600", "r.io/%F0%9F%98%80/x", true)]
    [TestCase("*.*.*%25*.io", "a.b.c%25d.io/x", true)]
    [TestCase("a*bc*.d*e.io", "aXbcY.dZe.io/x", true)]
    [TestCase("a*bc*.d*e.io", "aXbc.Y.de.io/x", false)]
    [TestCase("*b.*b", "ab.b/x", true)]
    [TestCase("a*a.io", "a.a.io/x", false)]
    [TestCase("*ab*ab*.io", "ab.ab.io/x", false)]
    public void IsMatch_compares_decoded_bytes_label_by_label(string glob, string image, bool expected) =>
        Assert.That(ImagePattern.Parse(glob).IsMatch(image), Is.EqualTo(expected));

    // Not by [TestCase]: metadata cannot hold a lone surrogate.
    [Test]
    public void A_lone_surrogate_is_treated_as_the_replacement_character()
    {
        Assert.That(ImagePattern.Parse("r\ud800.io").IsMatch("r\ufffd.io/x"));
        Assert.That(ImagePattern.Parse("r.io/\udc00").IsMatch("r.io/\ufffd"));
        Assert.That(ImagePattern.Parse("r.io/\ud800").IsMatch("r.io/\udbff"));
        Assert.That(ImagePattern.Parse("r.io/\ud83d").IsMatch("r.io/\U0001F600"), Is.False);
    }

    [TestCase("a\nb.io", "\"\\u000a\" is a control character", 1)]
    [TestCase("r.io/x\u007f", "\"\\u007f\" is a control character", 6)]
    [TestCase("reg istry.io", "\" \" is not allowed in a host", 3)]
    [TestCase("a@r{.io", "\"{\" is not allowed in a host", 3)]
    [TestCase("r.io/a%2", "\"%2\" is not a valid percent-escape", 6)]
    [TestCase("r.io/x#%zz", "\"%zz\" is not a valid percent-escape", 7)]
    [TestCase("%41.io", "\"%41\" is not allowed in a host. Write the character unescaped", 0)]
    [TestCase("ubuntu:20.04", "\"20.04\" is not a valid port", 7)]
    [TestCase("a:b:80/x", "\"b:80\" is not a valid port", 2)]
    [TestCase("busybox@sha256:abcd", "\"abcd\" is not a valid port", 15)]
    [TestCase("[::1]x/y", "\"x\" is not a valid port", 5)]
    [TestCase("reg[0-9].io", "\"[\" is allowed only at the start of an IPv6 address", 3)]
    [TestCase("[::1", "\"[\" has no matching \"]\"", 0)]
    [TestCase("[a-z].io", "\".io\" is not a valid port", 5)]
    [TestCase("u@[a-z]", "\"a-z\" is not a valid IPv6 address", 3)]
    [TestCase("[fe80::1%25]", "\"fe80::1%25\" is not a valid IPv6 address", 1)]
    [TestCase("[fe80::1%25a%ff]", "\"%ff\" is not allowed in a host. Write the character unescaped", 12)]
    public void Parse_reports_what_is_wrong_and_where(string text, string explanation, int position)
    {
        Assert.That(
            () => ImagePattern.Parse(text),
            Throws.TypeOf<FormatException>().With.Message.Contains($" is not valid at position {position}: {explanation}"));
        Assert.That(ImagePattern.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.EndWith("."));
    }

    [TestCase("us er:secret@r.io")]
    [TestCase("user:sec ret@r.io")]
    [TestCase("user:secret%z@r.io")]
    [TestCase("user:secret@r .io")]
    public void An_error_does_not_repeat_a_password(string text)
    {
        Assert.That(ImagePattern.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("user:***@r").Or.Contain("us er:***@r").And.Not.Contain("ret"));
    }

    [Test]
    public void An_error_is_one_short_line_for_any_text()
    {
        Assert.That(ImagePattern.TryParse(new string('\n', 1 << 20), out _, out var error), Is.False);
        Assert.That(error, Does.Not.Contain("\n"));
        Assert.That(error!.Length, Is.LessThan(2_000));
    }

    [Test]
    public void TryParse_returns_no_error_for_a_valid_pattern()
    {
        Assert.That(ImagePattern.TryParse("*.io", out var pattern, out var error));
        Assert.That(error, Is.Null);
        Assert.That(pattern, Is.Not.Null);
    }

    [TestCase("")]
    [TestCase("user@*.Example.com:80/%66oo?query#fragment")]
    public void ToString_returns_the_parsed_text(string text) =>
        Assert.That(ImagePattern.Parse(text).ToString(), Is.EqualTo(text));

    [Test]
    public void Hostile_text_does_not_throw()
    {
        Random random = new(1);
        const string Odd = "%[]:@#?/.*-\\^ \t\u007f\u0080\u00e9\ud800\udc00\uffff\0a0";
        var patterns = ParseAll("*", "*.*", "*a*a*a*b", "[::1]", "[fe80::1%25a-f]", "/", "r.io/é");

        for (var i = 0; i < 20_000; i++)
        {
            var text = new char[random.Next(40)];
            for (var j = 0; j < text.Length; j++)
            {
                text[j] = random.Next(2) == 0 ? Odd[random.Next(Odd.Length)] : (char)random.Next(char.MaxValue + 1);
            }

            if (ImagePattern.TryParse(text, out var pattern, out var error))
            {
                pattern.IsMatch(text);
            }
            else
            {
                Assert.That(error, Is.Not.Empty);
            }

            foreach (var other in patterns)
            {
                other.IsMatch(text);
            }
        }
    }

    [TestCase("a")]
    [TestCase(".")]
    [TestCase("*a")]
    [TestCase("%")]
    [TestCase("%c3")]
    [TestCase("é")]
    [TestCase("\uffff")]
    [TestCase("/")]
    [TestCase(":")]
    [TestCase("[")]
    [TestCase("@")]
    [TestCase("[::1%25a")]
    public void Text_of_1_MiB_is_handled(string unit)
    {
        var text = new StringBuilder().Insert(0, unit, (1 << 20) / unit.Length).ToString();
        var isValid = ImagePattern.TryParse(text, out var pattern);

        Assert.That(isValid && !pattern!.IsMatch(text), Is.False, "Any repetition of these units that parses must match itself.");
        Assert.That(ImagePattern.Parse("*a*a*a*b").IsMatch(text), Is.False);
        Assert.That(ImagePattern.Parse("[::1]").IsMatch(text), Is.False);
    }

    [Test]
    public void IsMatch_allocates_nothing_for_images_of_up_to_4_KiB()
    {
        var patterns = ParseAll("*.dkr.ecr.*.amazonaws.com", "*", "*a*a*b.io", "r.io/é", "[::1]", "[fe80::1%25a-é]");
        string[] images =
        [
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2.3",
            "r.io/%C3%A9",
            "é",
            "user:password@r.io:80/a?b#c",
            "[fe80::1%25é]",
            "r io",
            new string('a', 4096),
            new string('é', 4096),
            new string('\ud800', 4096),
            "r.io/" + new string('é', 4091),
            "r.io/x#" + new StringBuilder().Insert(0, "%41", 1360),
            new('.', 4096),
        ];

        long Matches()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var pattern in patterns)
            {
                foreach (var image in images)
                {
                    pattern.IsMatch(image);
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Matches();
        Assert.That(Matches(), Is.Zero);
    }

    private static ImagePattern[] ParseAll(params string[] texts) => [.. texts.Select(text => ImagePattern.Parse(text))];
}

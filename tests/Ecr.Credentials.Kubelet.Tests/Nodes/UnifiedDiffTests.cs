using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes.Planning;

namespace Ecr.Credentials.Kubelet.Tests.Nodes;

[SupportedOSPlatform("linux")]
public sealed class UnifiedDiffTests
{
    [TestCase("a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n")]
    [TestCase("", "a\n", "@@ -0,0 +1 @@\n+a\n")]
    [TestCase("a\n", "", "@@ -1 +0,0 @@\n-a\n")]
    [TestCase("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n")]
    [TestCase("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n", "@@ -7,3 +7,4 @@\n 7\n 8\n 9\n+0\n")]
    [TestCase("a\n", "a\n", "")]
    public void Hunks_are_those_of_diff_u(string before, string after, string expected) =>
        Assert.That(UnifiedDiff.Hunks(before, after), Is.EqualTo(expected));

    [Test]
    public void Hunks_applied_to_the_old_text_give_the_new_one()
    {
        var random = new Random(18);
        for (var i = 0; i < 2_000; i++)
        {
            var before = RandomText(random);
            var after = random.Next(2) == 0 ? RandomText(random) : before.Replace("a", "b", StringComparison.Ordinal);

            Assert.That(Apply(before, UnifiedDiff.Hunks(before, after)), Is.EqualTo(after), $"text {i}");
        }
    }

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => $"{(char)('a' + random.Next(4))}\n")) + (random.Next(4) == 0 ? "end" : "");

    private static string Apply(string before, string hunks)
    {
        var old = before.Split('\n').Select(line => line + "\n").ToList();
        old[^1] = old[^1][..^1];
        if (old[^1].Length == 0)
        {
            old.RemoveAt(old.Count - 1);
        }

        var result = new List<string>();
        var position = 0;
        var last = ' ';
        foreach (var line in hunks.Split('\n').SkipLast(1))
        {
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                var range = line.Split(' ')[1][1..].Split(',');
                var start = int.Parse(range[0], CultureInfo.InvariantCulture) - (range is [_, "0"] ? 0 : 1);
                result.AddRange(old[position..start]);
                position = start;
            }
            else if (line.StartsWith('\\'))
            {
                if (last != '-')
                {
                    result[^1] = result[^1].TrimEnd('\n');
                }
            }
            else if (line[0] == '+')
            {
                result.Add(line[1..] + "\n");
            }
            else
            {
                Assert.That(old[position].TrimEnd('\n'), Is.EqualTo(line[1..]));
                if (line[0] == ' ')
                {
                    result.Add(line[1..] + "\n");
                }

                position++;
            }

            last = line[0];
        }

        result.AddRange(old[position..]);
        return string.Concat(result);
    }
}

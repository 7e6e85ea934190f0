using System.Diagnostics;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

public class HostileDocumentTests
{
    private const string Head = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\n";
    private const int Megabyte = 1 << 20;

    [Test]
    public void A_hundred_thousand_damaged_documents_are_read_or_refused_in_bounded_time_and_memory()
    {
        var seeds = ConfigVectors.Read("config-files.jsonl").Select(ConfigVectors.Content).Where(content => content.Length < 3000).ToArray();
        var mutator = new DocumentMutator(new Random(20_260_101), seeds);
        var refused = 0;
        var longest = TimeSpan.Zero;
        var largest = 0L;
        for (var i = 0; i < 100_000; i++)
        {
            var document = mutator.Next();
            var start = Stopwatch.GetTimestamp();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            refused += Refuse(document);
            largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - allocated);
            var elapsed = Stopwatch.GetElapsedTime(start);
            longest = elapsed > longest ? elapsed : longest;
        }

        TestContext.Out.WriteLine($"refused {refused}, longest {longest}, most memory {largest} bytes");
        Assert.That(refused, Is.InRange(50_000, 99_999));
        Assert.That(longest, Is.LessThan(TimeSpan.FromSeconds(5)));
        Assert.That(largest, Is.LessThan(10 * Megabyte));
    }

    private static IEnumerable<TestCaseData> Bombs =>
    [
        new TestCaseData(Laughs(9, 9)).SetArgDisplayNames("aliases of aliases"),
        new TestCaseData(Laughs(30, 2)).SetArgDisplayNames("aliases that double thirty times"),
        new TestCaseData(Head + "a: &a [x]\nb: [" + string.Concat(Enumerable.Repeat("*a,", 30_000)) + "]\n").SetArgDisplayNames("many aliases of little"),
        new TestCaseData(Merges()).SetArgDisplayNames("many merges of much"),
        new TestCaseData(Head + "a: " + new string('[', 100_000)).SetArgDisplayNames("open lists"),
        new TestCaseData(Head + "a: " + new string('[', 9_990) + new string(']', 9_990) + "\n").SetArgDisplayNames("lists in lists"),
        new TestCaseData(Head + string.Concat(Enumerable.Range(0, 400).Select(i => new string(' ', i) + "a:\n")) + "\n").SetArgDisplayNames("maps in maps"),
        new TestCaseData(string.Concat(Enumerable.Repeat("- ", 50_000)) + "\n").SetArgDisplayNames("items in items"),
        new TestCaseData(string.Concat(Enumerable.Repeat("? ", 50_000)) + "\n").SetArgDisplayNames("keys in keys"),
        new TestCaseData(Head + "a: \"" + new string('x', 100_000)).SetArgDisplayNames("open quote"),
        new TestCaseData("{\"a\":" + string.Concat(Enumerable.Repeat("[", 100_000))).SetArgDisplayNames("open lists in JSON"),
        new TestCaseData("{\"a\":" + string.Concat(Enumerable.Repeat("[1,2],", 16_000))).SetArgDisplayNames("broken JSON"),
        new TestCaseData(Head + string.Concat(Enumerable.Range(0, 8_000).Select(i => $"key{i}: v\n"))).SetArgDisplayNames("unknown fields"),
        new TestCaseData(Head + string.Concat(Enumerable.Repeat("key: v\n", 14_000))).SetArgDisplayNames("repeated fields"),
    ];

    [TestCaseSource(nameof(Bombs))]
    public void A_document_made_to_exhaust_the_reader_is_refused_with_little_memory(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        Refuse(content);
        var start = Stopwatch.GetTimestamp();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);

        Assert.That(Refuse(content), Is.EqualTo(1));

        // All garbage counted; what is alive at a time is less.
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - allocated, Is.LessThan(18 * Megabyte));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void A_configuration_of_100_KB_takes_less_than_10_MiB()
    {
        var text = new StringBuilder(Head + "providers:\n");
        for (var i = 0; text.Length < 100_000; i++)
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"- {{name: p{i}, matchImages: [a.example, b.example], defaultCacheDuration: 12h, apiVersion: credentialprovider.kubelet.k8s.io/v1}}\n");
        }

        var content = Encoding.UTF8.GetBytes(text.ToString());
        Refuse(content);
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        Assert.That(Refuse(content), Is.Zero);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(10 * Megabyte));
    }

    private static string Merges() => Head
        + $"a: &a {{{string.Join(",", Enumerable.Range(0, 5000).Select(i => $"k{i}: v"))}}}\n"
        + $"b: [{string.Concat(Enumerable.Repeat("{<<: *a},", 3000))}]\n";

    private static string Laughs(int levels, int width) => Head + string.Concat(Enumerable.Range(0, levels).Select(i =>
        $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat(i == 0 ? "x" : $"*a{i - 1}", width))}]\n"));

    private static int Refuse(byte[] document)
    {
        if (!CredentialProviderConfig.TryParse(document, "config.yaml", out var config, out var problems))
        {
            Assert.That(problems, Is.Not.Empty);
            Assert.That(problems.KubeletMessage, Is.Not.Empty);
            return 1;
        }

        return config.Validate(KubernetesVersion.Latest).Count > 0 ? 1 : 0;
    }
}

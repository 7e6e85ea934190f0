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
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - allocated, Is.LessThan(10 * Megabyte));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    // Pieces of which as many as fit are the items of a list and of a map, in places that are decoded and in places that are not.
    private static readonly string[] DensePieces =
    [
        "1,", "{},", "[],", "a,", "[:],", "[a:],", "a:,", "?,", ":,", "\"\",", "~,", "!!x ,", "&a ,", "&a 1,", "&a {},", "*a,", "{a},", "[[]],",
        "1.5,", ".inf,", "{1: 2},", "{~: 1},", "{<<: {a}},", "{<<: *a},", "12345678901234567890,",
    ];

    private static readonly (string Start, string End)[] DensePlaces =
    [
        (Head + "x: [&a {},", "]\n"),
        (Head + "x: {&a b: {},", "}\n"),
        (Head + "? ~\n: [&a {},", "]\n"),
        (Head + "? [&a {},", "]\n: 1\n"),
        (Head + "x: &a {}\nproviders: [", "]\n"),
        (Head + "x: &a {}\nproviders:\n- name: a\n  matchImages: [", "]\n"),
        (Head + "x: &a {}\nproviders:\n- name: a\n  env: [", "]\n"),
    ];

    private static readonly string[] DenseLines =
    [
        "- \n", "- a\n", "- ~: 1\n", "- - \n", "- a:\n", "- {}\n", "- &a\n", "- |\n", "a:\n", "? \n", "#\n", "---\n", "...\n", "\n",
    ];

    private static readonly string[] DenseJson = ["1", "{}", "[]", "\"\"", "null", "true", "[[]]", "{\"\":1}", "{\"name\":1}", "{\"a\":1,\"a\":1}"];

    private static IEnumerable<TestCaseData> DenseDocuments =>
        from dense in DensePlaces.SelectMany(
            place => DensePieces.Select(piece => (Name: $"{place.Start}{piece}", Text: Fill(place.Start, _ => piece, place.End))))
            .Concat(DenseLines.Select(line => (Name: line, Text: Fill(Head + "providers:\n", _ => line, ""))))
            .Concat(DenseJson.Select(value => (Name: value, Text: Fill(JsonHead + value, _ => $",{value}", "]}"))))
            .Concat([
                ("keys", Fill(Head, i => $"{Letters(i)}:\n", "")),
                ("names", Fill(Head + "providers: [", i => $"{{name: {Letters(i)}}},", "]\n")),
                ("invalid patterns", Fill(Head + "providers:\n- name: a\n  matchImages: [", i => $"{Letters(i)}%,", "]\n")),
                ("anchors", Fill(Head + "x: [", i => $"&{Letters(i)} {{}},", "]\n")),
            ])
        select new TestCaseData(dense.Item2).SetArgDisplayNames(dense.Item1.ReplaceLineEndings(" "));

    private const string JsonHead = "{\"apiVersion\":\"kubelet.config.k8s.io/v1\",\"kind\":\"CredentialProviderConfig\",\"providers\":[";

    [TestCaseSource(nameof(DenseDocuments))]
    public void A_file_of_100_KB_takes_less_than_10_MiB_whatever_is_in_it(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);

        Refuse(content);

        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - allocated, Is.LessThan(10 * Megabyte));
    }

    private static string Fill(string start, Func<int, string> piece, string end)
    {
        var text = new StringBuilder(start);
        for (var i = 0; text.Length + end.Length < 100_000 - 32; i++)
        {
            text.Append(piece(i));
        }

        return text.Append(end).ToString();
    }

    private static string Letters(int number) => number < 26 ? $"{(char)('a' + number)}" : $"{Letters((number / 26) - 1)}{(char)('a' + (number % 26))}";

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

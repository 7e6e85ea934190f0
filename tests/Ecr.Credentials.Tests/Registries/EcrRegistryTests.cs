using System.Text.Json;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tests.Registries;

public sealed class EcrRegistryTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [TestCaseSource(nameof(Vectors), new object[] { "accept" })]
    public void Parse_reads_a_registry_host(JsonElement row)
    {
        var registry = EcrRegistry.Parse(row.Text("host"));

        Assert.That(registry.Host, Is.EqualTo(row.Text("host")));
        Assert.That(registry.AccountId ?? "", Is.EqualTo(row.Text("account")));
        Assert.That(registry.Region, Is.EqualTo(row.Text("region")));
        Assert.That(registry.Partition, Is.EqualTo(row.Text("partition")));
        Assert.That(registry.IsPublic, Is.EqualTo(row.Text("account").Length == 0));
        Assert.That(registry.IsFips, Is.EqualTo(row.Text("fips") == "y"));
        Assert.That(registry.IsDualStack, Is.EqualTo(row.Text("dualstack") == "y"));
        Assert.That(registry.ApiEndpoint.AbsoluteUri, Is.EqualTo(row.Text("api")));
        Assert.That(registry.ToString(), Is.EqualTo(registry.Host));
    }

    [TestCaseSource(nameof(Vectors), new object[] { "refuse" })]
    public void Parse_rejects_a_host_that_is_not_ECR(JsonElement row)
    {
        Assert.That(EcrRegistry.TryParse(row.Text("host"), out var registry, out var error), Is.False);
        Assert.That(registry, Is.Null);
        Assert.That(error, Is.Not.Empty);
        Assert.That(() => EcrRegistry.Parse(row.Text("host")), Throws.TypeOf<FormatException>().With.Message.EqualTo(error));
    }

    [TestCase("/")]
    [TestCase("/team/app")]
    [TestCase("/team/app:1.2")]
    [TestCase("/team/app@sha256:0123")]
    [TestCase("/public.ecr.aws/app")]
    [TestCase("/x@y")]
    public void Parse_ignores_the_path(string path)
    {
        var registry = EcrRegistry.Parse(Host + path);

        Assert.That((registry.Host, registry.IsPublic), Is.EqualTo((Host, false)));
    }

    // There is no list of regions: future regions of the same form work too.
    [TestCase("nz-north-9.amazonaws.com", "aws")]
    [TestCase("us-gov-central-12.amazonaws.com", "aws-us-gov")]
    [TestCase("cn-central-1.amazonaws.com.cn", "aws-cn")]
    [TestCase("eusc-fr-west-1.amazonaws.eu", "aws-eusc")]
    [TestCase("us-isob-west-2.sc2s.sgov.gov", "aws-iso-b")]
    public void Parse_derives_the_partition_of_a_new_region_from_its_name(string regionAndSuffix, string partition) =>
        Assert.That(EcrRegistry.Parse($"123456789012.dkr.ecr.{regionAndSuffix}").Partition, Is.EqualTo(partition));

    [TestCase("eu-west")]
    [TestCase("eu-west-")]
    [TestCase("eu--1")]
    [TestCase("eu-west-1a")]
    [TestCase("eu-w3st-1")]
    [TestCase("e-west-1")]
    [TestCase("eur-west-1")]
    [TestCase("eu-west-1-1")]
    [TestCase("us-isox-east-1")]
    [TestCase("us-gov-east-1-1")]
    [TestCase("eusc-deu-east-1")]
    [TestCase("eu-west-\u0661")]
    public void Parse_rejects_an_invalid_region(string region) =>
        Assert.That(
            () => EcrRegistry.Parse($"123456789012.dkr.ecr.{region}.amazonaws.com"),
            Throws.TypeOf<FormatException>().With.Message.EndsWith($"\"{region}\" is not a valid AWS region."));

    [TestCase("", "the registry host is missing.")]
    [TestCase("/app", "the registry host is missing.")]
    [TestCase("docker.io/library/nginx", "\"docker.io\" is not an Amazon ECR registry host.")]
    [TestCase("https://" + Host + "/app", "\"https://" + Host + "/app\" must not include a scheme. Start with")]
    [TestCase("HTTP://" + Host, "\"HTTP://" + Host + "\" must not include a scheme.")]
    [TestCase("AWS:hunter2@" + Host, "the registry host contains \"@\".")]
    [TestCase("12345.dkr.ecr.eu-west-1.amazonaws.com",
        "\"12345.dkr.ecr.eu-west-1.amazonaws.com\" is not an Amazon ECR registry host. The account ID \"12345\" is not 12 digits.")]
    [TestCase(Host + ".cn", "\"" + Host + ".cn\" is not an Amazon ECR registry host. Hosts in region \"eu-west-1\" end in \"amazonaws.com\" or \"on.aws\".")]
    [TestCase(Host + ":8443", "\"" + Host + ":8443\" is not an Amazon ECR registry host. The port must be 443 or omitted.")]
    [TestCase(Host + ":", "\"" + Host + ":\" is not an Amazon ECR registry host. The port must be 443 or omitted.")]
    [TestCase("public.ecr.aws:80/x", "\"public.ecr.aws:80\" is not an Amazon ECR registry host. The port must be 443 or omitted.")]
    public void Parse_reports_which_part_is_wrong(string text, string message) =>
        Assert.That(() => EcrRegistry.Parse(text), Throws.TypeOf<FormatException>().With.Message.StartsWith(message));

    [Test]
    public void Parse_never_quotes_the_text_before_an_at_sign() =>
        Assert.That(() => EcrRegistry.Parse("AWS:hunter2@" + Host), Throws.TypeOf<FormatException>().With.Message.Not.Contain("hunter2"));

    [Test]
    public void TryParse_never_throws_for_a_corrupted_host()
    {
        var random = new Random(11);
        const string Alphabet = ".-:/@0aA\u0661\ud800\n ";
        for (var i = 0; i < 100_000; i++)
        {
            var text = Host.ToCharArray();
            text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];

            Assert.That(() => EcrRegistry.TryParse(text.AsSpan(random.Next(4)), out _), Throws.Nothing);
        }
    }

    private static IEnumerable<TestCaseData> Vectors(string verdict)
    {
        using var stream = File.OpenRead(Path.Combine(TestContext.CurrentContext.TestDirectory, "Vectors", "registry-hosts.json"));
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. document.RootElement.EnumerateArray()
                .Where(row => row.Text("verdict") == verdict)
                .Select(row => new TestCaseData(row.Clone()).SetArgDisplayNames(row.Text("host"), row.Text("note"))),
        ];
    }
}

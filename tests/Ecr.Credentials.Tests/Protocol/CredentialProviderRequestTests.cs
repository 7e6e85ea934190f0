using System.Buffers;
using System.Text;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class CredentialProviderRequestTests
{
    private const string V1 = "credentialprovider.kubelet.k8s.io/v1";
    private const string Minimal = $$"""{"kind":"CredentialProviderRequest","apiVersion":"{{V1}}","image":"r.io/a"}""";

    [TestCase("v1", CredentialProviderApiVersion.V1)]
    [TestCase("v1beta1", CredentialProviderApiVersion.V1Beta1)]
    [TestCase("v1alpha1", CredentialProviderApiVersion.V1Alpha1)]
    public void Parse_reads_every_version(string version, CredentialProviderApiVersion expected)
    {
        var request = Parse($$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/{{version}}","image":"r.io/a"}""");

        Assert.That(request.ApiVersion, Is.EqualTo(expected));
        Assert.That(request.Image, Is.EqualTo("r.io/a"));
        Assert.That(request.ServiceAccountToken, Is.Null);
        Assert.That(request.ServiceAccountAnnotations, Is.Empty);
    }

    [Test]
    public void Parse_reads_the_service_account()
    {
        var request = Parse($$$"""
            {"kind":"CredentialProviderRequest","apiVersion":"{{{V1}}}","image":"r.io/a",
             "serviceAccountToken":"ey.J","serviceAccountAnnotations":{"a/b":"c","empty":"","null":null}}
            """);

        Assert.That(request.ServiceAccountToken, Is.EqualTo("ey.J"));
        Assert.That(
            request.ServiceAccountAnnotations,
            Is.EquivalentTo(new Dictionary<string, string> { ["a/b"] = "c", ["empty"] = "", ["null"] = "" }));
    }

    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"r.io/a","future":{"x":[1,{}]}}""",
        TestName = "Parse_ignores_unknown_fields")]
    [TestCase("""{"image":"x.io/b","kind":"X","image":"r.io/a","kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1"}""",
        TestName = "Parse_uses_the_last_of_repeated_fields")]
    [TestCase(" \r\n\t" + Minimal + "\n\n ", TestName = "Parse_allows_surrounding_whitespace")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","i\u006dage":"r.io\/\u0061"}""",
        TestName = "Parse_resolves_escapes_in_names_and_values")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"r.io/a","serviceAccountToken":null,"serviceAccountAnnotations":null}""", TestName = "Parse_treats_null_as_missing")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"r.io/a","serviceAccountToken":""}""",
        TestName = "Parse_treats_an_empty_token_as_missing")]
    public void Parse_is_lenient_where_kubelets_differ(string json)
    {
        var request = Parse(json);

        Assert.That(request.Image, Is.EqualTo("r.io/a"));
        Assert.That(request.ServiceAccountToken, Is.Null);
    }

    [TestCase("", "the document is empty.")]
    [TestCase(" \n", "the document is empty.")]
    [TestCase("hello", "the document is not valid JSON at byte 0.")]
    [TestCase("kind: CredentialProviderRequest", "the document is not valid JSON")]
    [TestCase("{", "the document is not valid JSON at byte 1.")]
    [TestCase(Minimal + "x", "the document is not valid JSON")]
    [TestCase(Minimal + "{}", "the document is not valid JSON")]
    [TestCase("\ufeff" + Minimal, "the document is not valid JSON at byte 0.")]
    [TestCase("// comment\n" + Minimal, "the document is not valid JSON")]
    [TestCase("[]", "the document is an array. It must be an object.")]
    [TestCase("null", "the document is null. It must be an object.")]
    [TestCase("\"x\"", "the document is a string. It must be an object.")]
    [TestCase("{}", "\"kind\" is missing. It must be \"CredentialProviderRequest\".")]
    [TestCase("""{"kind":"CredentialProviderResponse"}""", "\"kind\" is \"CredentialProviderResponse\". It must be \"CredentialProviderRequest\".")]
    [TestCase("""{"KIND":"CredentialProviderRequest"}""", "\"kind\" is missing.")]
    [TestCase("""{"kind":7}""", "\"kind\" is a number. It must be a string.")]
    [TestCase("""{"kind":"CredentialProviderRequest"}""", "\"apiVersion\" is missing. It must be credentialprovider.kubelet.k8s.io/v1, v1beta1 or v1alpha1.")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"v1"}""", "\"apiVersion\" is \"v1\".")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v2"}""",
        "\"apiVersion\" is \"credentialprovider.kubelet.k8s.io/v2\".")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1"}""", "\"image\" is missing.")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":""}""", "\"image\" is missing.")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":null}""", "\"image\" is missing.")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","Image":"r.io/a"}""", "\"image\" is missing.")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":["r.io/a"]}""",
        "\"image\" is an array. It must be a string.")]
    [TestCase("""{"image":{}}""", "\"image\" is an object. It must be a string.")]
    [TestCase("""{"image":true}""", "\"image\" is a boolean. It must be a string.")]
    [TestCase("""{"serviceAccountAnnotations":[]}""", "\"serviceAccountAnnotations\" is an array. It must be an object.")]
    [TestCase("""{"serviceAccountAnnotations":{"a":1}}""", "\"a\" is a number. It must be a string.")]
    [TestCase("""{"image":"\ud800"}""", "a string contains a lone surrogate.")]
    [TestCase("""{"serviceAccountAnnotations":{"\udfff":""}}""", "a string contains a lone surrogate.")]
    public void Parse_reports_what_is_wrong(string json, string message)
    {
        Assert.That(CredentialProviderRequest.TryParse(Encoding.UTF8.GetBytes(json), out var request, out var error), Is.False);
        Assert.That(request, Is.Null);
        Assert.That(error, Does.StartWith(message));
        Assert.That(() => Parse(json), Throws.TypeOf<FormatException>().With.Message.EqualTo(error));
    }

    [Test]
    public void Parse_rejects_text_that_is_not_UTF8() =>
        Assert.That(
            () => CredentialProviderRequest.Parse([.. "{\"image\":\""u8, 0xc3, 0x28, .. "\"}"u8]),
            Throws.TypeOf<FormatException>().With.Message.StartsWith("the document is not valid UTF-8."));

    [Test]
    public void Parse_never_repeats_the_document_when_it_is_not_JSON() =>
        Assert.That(
            () => Parse("""{"serviceAccountToken":"secret-token" secret-tail}"""),
            Throws.TypeOf<FormatException>().With.Message.Not.Contain("secret"));

    [Test]
    public void Annotations_are_never_null() =>
        Assert.That(
            () => new CredentialProviderRequest { Image = "r.io/a", ServiceAccountAnnotations = null! },
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("value"));

    [Test]
    public void TryParse_never_throws_for_a_corrupted_request()
    {
        var whole = Encoding.UTF8.GetBytes(
            $$$"""{"kind":"CredentialProviderRequest","apiVersion":"{{{V1}}}","image":"r.io/\u00e9","serviceAccountToken":"t","serviceAccountAnnotations":{"a":"b"}}""");
        var random = new Random(7);
        for (var i = 0; i < 50_000; i++)
        {
            var corrupted = whole.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                corrupted[random.Next(corrupted.Length)] = (byte)random.Next(256);
            }

            var length = random.Next(4) == 0 ? random.Next(corrupted.Length) : corrupted.Length;
            Assert.That(() => CredentialProviderRequest.TryParse(corrupted.AsSpan(0, length), out _, out _), Throws.Nothing);
        }
    }

    [Test]
    public void WriteTo_writes_what_the_kubelet_writes() =>
        Assert.That(
            Write(new CredentialProviderRequest { Image = "test.registry.io/foobar" }),
            Is.EqualTo(
                """{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"test.registry.io/foobar"}""" + "\n"));

    [Test]
    public void WriteTo_sorts_annotations_and_keeps_empty_ones() =>
        Assert.That(
            Write(new CredentialProviderRequest
            {
                Image = "r.io/a",
                ServiceAccountToken = "t",
                ServiceAccountAnnotations = new Dictionary<string, string> { ["b"] = "", ["B"] = "2", ["a"] = "1" },
            }),
            Does.EndWith("""
                "image":"r.io/a","serviceAccountToken":"t","serviceAccountAnnotations":{"B":"2","a":"1","b":""}}
                """ + "\n"));

    [TestCase(CredentialProviderApiVersion.V1Beta1, "v1beta1")]
    [TestCase(CredentialProviderApiVersion.V1Alpha1, "v1alpha1")]
    public void WriteTo_omits_the_service_account_in_older_versions(CredentialProviderApiVersion version, string text) =>
        Assert.That(
            Write(new CredentialProviderRequest
            {
                ApiVersion = version,
                Image = "r.io/a",
                ServiceAccountToken = "t",
                ServiceAccountAnnotations = new Dictionary<string, string> { ["a"] = "1" },
            }),
            Is.EqualTo($$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/{{text}}","image":"r.io/a"}""" + "\n"));

    // The expected text is what Go's encoder writes, https://pkg.go.dev/encoding/json#Marshal.
    [TestCase("<>&", @"\u003c\u003e\u0026")]
    [TestCase("\"\\/'+=`", @"\""\\/'+=`")]
    [TestCase("\b\f\n\r\t\u0000\u001f\u007f", "\\b\\f\\n\\r\\t\\u0000\\u001f\u007f")]
    [TestCase("\u2028\u2029", @"\u2028\u2029")]
    [TestCase("\u00a0\u00e9\u4e2d\u2030\ufffd", "\u00a0\u00e9\u4e2d\u2030\ufffd")]
    [TestCase("a\U0001f600<b", "a\U0001f600\\u003cb")]
    public void WriteTo_escapes_as_the_kubelet_does(string image, string escaped)
    {
        var text = Write(new CredentialProviderRequest { Image = image });

        Assert.That(text, Does.Contain($"\"image\":\"{escaped}\"}}"));
        Assert.That(Parse(text).Image, Is.EqualTo(image));
    }

    [Test]
    public void WriteTo_replaces_a_lone_surrogate() =>
        Assert.That(Write(new CredentialProviderRequest { Image = "a\ud800b" }), Does.Contain(@"""image"":""a\ufffdb"""));

    [Test]
    public void WriteTo_a_stream_writes_the_same_bytes()
    {
        var request = new CredentialProviderRequest { Image = "r.io/a" };
        using var stream = new MemoryStream();

        request.WriteTo(stream);

        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Is.EqualTo(Write(request)));
    }

    [Test]
    public void Image_must_not_be_empty() =>
        Assert.That(() => new CredentialProviderRequest { Image = "" }, Throws.ArgumentException);

    [Test]
    public void ToString_hides_the_token()
    {
        var request = new CredentialProviderRequest { Image = "r.io/a", ServiceAccountToken = "secret" };

        Assert.That(request.ToString(), Does.Contain("r.io/a").And.Not.Contain("secret"));
    }

    private static CredentialProviderRequest Parse(string json) => CredentialProviderRequest.Parse(Encoding.UTF8.GetBytes(json));

    private static string Write(CredentialProviderRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        request.WriteTo(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

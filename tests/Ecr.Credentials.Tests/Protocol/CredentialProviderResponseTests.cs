using System.Buffers;
using System.Text;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class CredentialProviderResponseTests
{
    private const string Head = """ "kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1" """;

    [TestCase(CredentialProviderApiVersion.V1, "v1")]
    [TestCase(CredentialProviderApiVersion.V1Beta1, "v1beta1")]
    [TestCase(CredentialProviderApiVersion.V1Alpha1, "v1alpha1")]
    public void WriteTo_writes_what_the_kubelet_accepts(CredentialProviderApiVersion version, string text)
    {
        var response = new CredentialProviderResponse
        {
            ApiVersion = version,
            CacheKeyType = CacheKeyType.Registry,
            CacheDuration = TimeSpan.FromHours(6),
            Auth = new Dictionary<string, RegistryCredential> { ["r.io:443"] = new("AWS", "eyJ+/=\"<") },
        };

        Assert.That(
            Write(response),
            Is.EqualTo(
                $$$$"""{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/{{{{text}}}}","cacheKeyType":"Registry","cacheDuration":"6h0m0s","auth":{"r.io:443":{"username":"AWS","password":"eyJ+/=\"\u003c"}}}"""
                + "\n"));
    }

    [Test]
    public void WriteTo_writes_a_duration_of_zero_and_omits_a_null_duration()
    {
        Assert.That(Write(new() { CacheKeyType = CacheKeyType.Image, CacheDuration = TimeSpan.Zero }), Does.Contain("\"cacheDuration\":\"0s\""));
        Assert.That(Write(new() { CacheKeyType = CacheKeyType.Image }), Does.Contain("\"cacheKeyType\":\"Image\",\"auth\":{}}"));
    }

    [Test]
    public void WriteTo_sorts_registries() =>
        Assert.That(
            Write(new()
            {
                CacheKeyType = CacheKeyType.Global,
                Auth = new Dictionary<string, RegistryCredential> { ["b.io"] = new("", ""), ["a.io"] = new("u", "p") },
            }),
            Does.EndWith("\"auth\":{\"a.io\":{\"username\":\"u\",\"password\":\"p\"},\"b.io\":{\"username\":\"\",\"password\":\"\"}}}\n"));

    [TestCase(CacheKeyType.Image)]
    [TestCase(CacheKeyType.Registry)]
    [TestCase(CacheKeyType.Global)]
    public void Parse_reads_what_WriteTo_writes(CacheKeyType type)
    {
        var written = new CredentialProviderResponse
        {
            ApiVersion = CredentialProviderApiVersion.V1Beta1,
            CacheKeyType = type,
            CacheDuration = new TimeSpan(5, 59, 59),
            Auth = new Dictionary<string, RegistryCredential> { ["*.r.io/\u00e9"] = new("AWS", "p\u2028\U0001f600") },
        };

        var read = CredentialProviderResponse.Parse(Encoding.UTF8.GetBytes(Write(written)));

        Assert.That(read.ApiVersion, Is.EqualTo(written.ApiVersion));
        Assert.That(read.CacheKeyType, Is.EqualTo(type));
        Assert.That(read.CacheDuration, Is.EqualTo(written.CacheDuration));
        Assert.That(read.Auth.Keys, Is.EqualTo(written.Auth.Keys));
        Assert.That(read.Auth["*.r.io/\u00e9"].Password, Is.EqualTo("p\u2028\U0001f600"));
    }

    [TestCase(""" "cacheKeyType":"Image" """, null, TestName = "Parse_accepts_a_response_without_auth")]
    [TestCase(""" "cacheKeyType":"Image","auth":null,"cacheDuration":null """, null, TestName = "Parse_treats_null_auth_and_duration_as_missing")]
    [TestCase(""" "cacheKeyType":"Image","auth":{},"cacheDuration":"0" """, "00:00:00", TestName = "Parse_distinguishes_zero_from_missing")]
    [TestCase(""" "cacheKeyType":"Image","cacheDuration":"-1m" """, "-00:01:00", TestName = "Parse_keeps_a_negative_duration")]
    public void Parse_accepts_what_the_kubelet_accepts(string rest, string? duration)
    {
        var response = Parse($"{{{Head},{rest}}}");

        Assert.That(response.Auth, Is.Empty);
        Assert.That(response.CacheDuration?.ToString(), Is.EqualTo(duration));
    }

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"username":null,"password":null}""")]
    public void Parse_treats_a_missing_user_name_and_password_as_empty(string entry)
    {
        var auth = Parse($$$"""{{{{Head}}},"cacheKeyType":"Image","auth":{"r.io":{{{entry}}}}}""").Auth["r.io"];

        Assert.That((auth.Username, auth.Password), Is.EqualTo(("", "")));
    }

    [TestCase("""{}""", "\"kind\" is missing. It must be \"CredentialProviderResponse\".")]
    [TestCase("""{"kind":"CredentialProviderRequest"}""", "\"kind\" is \"CredentialProviderRequest\".")]
    [TestCase("""{"kind":"CredentialProviderResponse","apiVersion":"x/v1"}""", "\"apiVersion\" is \"x/v1\".")]
    [TestCase("""{_}""", "\"cacheKeyType\" is missing. It must be Image, Registry or Global.")]
    [TestCase("""{_,"cacheKeyType":""}""", "\"cacheKeyType\" is missing.")]
    [TestCase("""{_,"cacheKeyType":"registry"}""", "\"cacheKeyType\" is \"registry\". It must be Image, Registry or Global.")]
    [TestCase("""{_,"CacheKeyType":"Image"}""", "the response has an unknown field \"CacheKeyType\".")]
    [TestCase("""{_,"metadata":{}}""", "the response has an unknown field \"metadata\".")]
    [TestCase("""{_,"cacheKeyType":"Image","cacheKey\u0054ype":"Image"}""", "duplicate field \"cacheKeyType\" in the response.")]
    [TestCase("""{_,"cacheKeyType":"Image","cacheDuration":0}""", "\"cacheDuration\" is a number. It must be a string.")]
    [TestCase("""{_,"cacheKeyType":"Image","cacheDuration":""}""", "\"cacheDuration\" is \"\". It must be a Go duration")]
    [TestCase("""{_,"cacheKeyType":"Image","cacheDuration":"1d"}""", "\"cacheDuration\" is \"1d\". It must be a Go duration")]
    [TestCase("""{_,"auth":[]}""", "\"auth\" is an array. It must be an object.")]
    [TestCase("""{_,"auth":{"r.io":"x"}}""", "the entry \"r.io\" of \"auth\" is a string. It must be an object.")]
    [TestCase("""{_,"auth":{"r.io":{"username":1}}}""", "\"username\" is a number. It must be a string.")]
    [TestCase("""{_,"auth":{"r.io":{"Username":"x"}}}""", "the response has an unknown field \"Username\".")]
    [TestCase("""{_,"auth":{"r.io":{"email":"x"}}}""", "the response has an unknown field \"email\".")]
    [TestCase("""{_,"auth":{"r.io":{"password":"a","password":"b"}}}""", "duplicate field \"password\" in an entry of \"auth\".")]
    [TestCase("""{_,"auth":{"r.io":{},"r\u002eio":{}}}""", "duplicate field \"r.io\" in \"auth\".")]
    [TestCase("""{_,"cacheKeyType":"Image"} {}""", "the document is not valid JSON")]
    [TestCase("", "the document is empty.")]
    public void Parse_rejects_what_the_kubelet_rejects_and_reports_why(string json, string message)
    {
        var text = json.Replace("_", Head, StringComparison.Ordinal);

        Assert.That(CredentialProviderResponse.TryParse(Encoding.UTF8.GetBytes(text), out var response, out var error), Is.False);
        Assert.That(response, Is.Null);
        Assert.That(error, Does.StartWith(message));
        Assert.That(() => Parse(text), Throws.TypeOf<FormatException>().With.Message.EqualTo(error));
    }

    [Test]
    public void WriteTo_a_stream_writes_the_same_bytes()
    {
        var response = new CredentialProviderResponse { CacheKeyType = CacheKeyType.Image };
        using var stream = new MemoryStream();

        response.WriteTo(stream);

        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Is.EqualTo(Write(response)));
    }

    private static CredentialProviderResponse Parse(string json) => CredentialProviderResponse.Parse(Encoding.UTF8.GetBytes(json));

    private static string Write(CredentialProviderResponse response)
    {
        var buffer = new ArrayBufferWriter<byte>();
        response.WriteTo(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

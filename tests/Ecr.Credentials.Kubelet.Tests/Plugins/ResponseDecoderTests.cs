using System.Text;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Kubelet.Plugins.Responses;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>Cases that the vectors do not hold, with the messages of Go's encoding/json.</summary>
public sealed class ResponseDecoderTests
{
    private const string Version = "credentialprovider.kubelet.k8s.io/v1";

    [TestCase("tru", "invalid character ' ' in literal true (expecting 'e')")]
    [TestCase("fals", "invalid character ' ' in literal false (expecting 'e')")]
    [TestCase("nul\0", "invalid character '\\x00' in literal null (expecting 'l')")]
    [TestCase("-", "invalid character ' ' in numeric literal")]
    [TestCase("01", "invalid character '1' after top-level value")]
    [TestCase("1.", "invalid character ' ' after decimal point in numeric literal")]
    [TestCase("1e+}", "invalid character '}' in exponent of numeric literal")]
    [TestCase("'a'", "invalid character '\\'' looking for beginning of value")]
    [TestCase("\ufeff{}", "invalid character 'ï' looking for beginning of value")]
    [TestCase("\"a", "unexpected end of JSON input")]
    [TestCase("\"a\\", "invalid character ' ' in string escape code")]
    [TestCase("\"a\\x\"", "invalid character 'x' in string escape code")]
    [TestCase("\"a\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape")]
    [TestCase("\"a\nb\"", "invalid character '\\n' in string literal")]
    [TestCase("{", "unexpected end of JSON input")]
    [TestCase("{\"a\"", "unexpected end of JSON input")]
    [TestCase("{\"a\":", "unexpected end of JSON input")]
    [TestCase("{\"a\":1", "unexpected end of JSON input")]
    [TestCase("{\"a\":1,", "unexpected end of JSON input")]
    [TestCase("[1,", "unexpected end of JSON input")]
    [TestCase("{a:1}", "invalid character 'a' looking for beginning of object key string")]
    [TestCase("{\"a\" 1}", "invalid character '1' after object key")]
    [TestCase("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair")]
    [TestCase("[1 2]", "invalid character '2' after array element")]
    [TestCase("[1,]", "invalid character ']' looking for beginning of value")]
    [TestCase("{\"a\":[{}]]", "invalid character ']' after object key:value pair")]
    public void Text_that_is_not_JSON_is_refused_with_the_text_of_Go(string output, string error) =>
        Assert.That(Refuse(output), Is.EqualTo($"error reading GVK from response: couldn't get version/kind; json parse error: {error}"));

    [Test]
    public void Nesting_is_limited_as_in_Go()
    {
        var deepest = new string('[', 10_000) + new string(']', 10_000);

        Assert.That(GoJsonSyntax.Check(Encoding.UTF8.GetBytes(deepest)), Is.Null);
        Assert.That(GoJsonSyntax.Check(Encoding.UTF8.GetBytes($"[{deepest}]"))?.Text, Is.EqualTo("invalid character '[' exceeded max depth"));
    }

    [TestCase("""{"APIVERSION":"v1"}""", "v1")]
    [TestCase("{\"apiVer\u017fion\":\"v9\"}", "v9")]
    [TestCase("""{"apiVersion":"a","apiVersion":"b"}""", "b")]
    [TestCase("""{"apiVersion":"a","ApiVersion":null}""", "a")]
    [TestCase("""{"apiVersion":"/v1"}""", "v1")]
    [TestCase("""{"apiVersion":"/"}""", "")]
    [TestCase("""{"apiVersion":"a/"}""", "a/")]
    [TestCase("""{"apiVersion":"\ud800\u0041"}""", "\ufffdA")]
    public void Another_version_is_refused(string output, string version) => Assert.That(
        Refuse(output),
        Is.EqualTo($"apiVersion from credential plugin response did not match expected apiVersion:{Version}, actual apiVersion:{version}"));

    [TestCase("""{"kind":[],"apiVersion":5}""", "array into Go struct field .kind of type string")]
    [TestCase("""{"KIND":{},"apiVersion":5}""", "object into Go struct field .kind of type string")]
    [TestCase("""{"apiVersion":true,"kind":5}""", "bool into Go struct field .apiVersion of type string")]
    [TestCase(
        """["a"]""",
        "array into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }")]
    public void The_first_value_of_a_wrong_type_is_the_error(string output, string error) => Assert.That(
        Refuse(output), Is.EqualTo($"error reading GVK from response: couldn't get version/kind; json parse error: json: cannot unmarshal {error}"));

    [TestCase(""" "kind":"CredentialProviderResponse","kind":"CredentialProviderResponse" """, "the response has the field \"kind\" twice")]
    [TestCase(""" "kind":"CredentialProviderResponse","cacheDuration":5 """, "\"cacheDuration\" is of type number; expected a string")]
    [TestCase(""" "kind":"CredentialProviderResponse","cacheDuration":"1d" """, "\"cacheDuration\" is \"1d\"; expected a duration such as 30s, 1m30s or 12h")]
    [TestCase(""" "kind":"CredentialProviderResponse","auth":{"a":{},"\u0061":{}} """, "\"auth\" has the field \"a\" twice")]
    [TestCase(""" "kind":"CredentialProviderResponse","auth":{"a":[]} """, "the entry \"a\" of \"auth\" is of type array; expected an object")]
    [TestCase(""" "kind":"CredentialProviderResponse","auth":{"a":{"password":1}} """, "\"password\" is of type number; expected a string")]
    [TestCase(""" "kind":"CredentialProviderResponse","Auth":{} """, "the response has the unknown field \"Auth\"; field names are case-sensitive")]
    [TestCase(""" "kind":"X" """, "\"kind\" is \"X\"; expected \"CredentialProviderResponse\"")]
    [TestCase(""" "kind":null""", "\"kind\" is missing; expected \"CredentialProviderResponse\"")]
    public void The_reason_that_the_kubelet_hides_is_the_detail(string output, string detail)
    {
        var utf8 = Encoding.UTF8.GetBytes($$"""{"apiVersion":"{{Version}}",{{output}}}""");
        var response = ResponseDecoder.Decode(utf8, Version, out var error, out var actual);

        Assert.That(response, Is.Null);
        Assert.That(error, Is.EqualTo("error decoding credential provider plugin response from stdout"));
        Assert.That(actual, Is.EqualTo(detail));
    }

    [Test]
    public void What_is_not_Unicode_is_replaced_byte_by_byte()
    {
        var start = Encoding.UTF8.GetBytes($$$"""{"kind":"CredentialProviderResponse","apiVersion":"{{{Version}}}","auth":{"a":{"username":"x""");
        byte[] output = [.. start, 0xe2, 0x82, 0xff, .. "\\n\\ud83d\\udc33\"}}}"u8];

        var response = ResponseDecoder.Decode(output, Version, out _, out _);

        Assert.That(response!.Auth[0].Value.Username, Is.EqualTo("x\ufffd\ufffd\ufffd\n\ud83d\udc33"));
    }

    private static string? Refuse(string output)
    {
        var response = ResponseDecoder.Decode(Encoding.UTF8.GetBytes(output), Version, out var error, out _);
        Assert.That(response, Is.Null);
        return error;
    }
}

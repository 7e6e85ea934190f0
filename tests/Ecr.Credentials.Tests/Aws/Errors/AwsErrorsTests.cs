using System.Net;
using System.Text.Json;
using System.Xml;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Errors;

namespace Ecr.Credentials.Tests.Aws.Errors;

public sealed class AwsErrorsTests
{
    private const string NotFromAws =
        "https://api.example returned a response that is not from AWS. Check for an intercepting proxy and the configured endpoint.";

    private static readonly AwsCallDescription Call = new(new Uri("https://api.example/path"), "eu-west-1", "Allow it.");

    private static IEnumerable<Exception> ReadingFailures() =>
    [
        new JsonException("s3cret"),
        new XmlException("s3cret"),
        new FormatException("String 's3cret' was not recognized as a valid DateTime."),
        new ArgumentNullException("awsAccessKeyId"),
        new ArgumentOutOfRangeException("value"),
        new InvalidOperationException("s3cret"),
        new OverflowException(),
        new AmazonClientException("Unexpected token: StartArray"),
        new AmazonServiceException("s3cret"),
        new AmazonUnmarshallingException("1", "s3cret", new FormatException()),
    ];

    [TestCaseSource(nameof(ReadingFailures))]
    public void An_answer_that_cannot_be_read_is_not_from_AWS(Exception exception)
    {
        var failure = AwsErrors.Translate(exception, Call);

        Assert.That((failure?.Reason, failure?.Message), Is.EqualTo(((EcrCredentialErrorReason?)EcrCredentialErrorReason.InvalidResponse, NotFromAws)));
    }

    private static IEnumerable<Exception> OtherFailures() => [new TaskCanceledException(), new ObjectDisposedException("client")];

    [TestCaseSource(nameof(OtherFailures))]
    public void A_failure_of_the_caller_remains(Exception exception) => Assert.That(AwsErrors.Translate(exception, Call), Is.Null);

    [TestCase(301)]
    [TestCase(307)]
    [TestCase(400)]
    [TestCase(403)]
    [TestCase(511)]
    public void A_page_of_a_proxy_is_not_from_AWS_and_not_shown(int status)
    {
        var failure = Translate("The service returned an error with HTTP Body: <html>Sign in</html>", null, null, status);

        Assert.That(failure.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidResponse));
        Assert.That(failure.Message, Is.EqualTo($"{NotFromAws} (HTTP {status} from https://api.example, region eu-west-1)"));
    }

    [Test]
    public void A_page_of_a_load_balancer_is_a_failure_of_the_service() => Assert.That(
        Translate("The service returned an error. See inner exception for details.", null, null, 503).Message,
        Is.EqualTo("the service failed. Retry later. (HTTP 503 from https://api.example, region eu-west-1)"));

    [TestCase("AccessDenied", "AWS denied access. Allow it. (AccessDenied, HTTP 400 from https://api.example, region eu-west-1)")]
    [TestCase("Strange", "the service rejected the call. (Strange, HTTP 400 from https://api.example, region eu-west-1)")]
    public void An_error_without_a_message_is_not_shown_with_its_body(string code, string expected)
    {
        Assert.That(Translate($"The service returned an error with Error Code {code} and HTTP Body: s3cret", code, null, 400).Message, Is.EqualTo(expected));
        Assert.That(Translate("", code, null, 400).Message, Is.EqualTo(expected));
    }

    [TestCase("AccessDenied\r\nx: 1")]
    [TestCase("\u202eAccessDenied")]
    [TestCase("Access Denied")]
    [TestCase("")]
    public void What_is_not_an_identifier_is_neither_a_code_nor_a_request_id(string text)
    {
        var failure = Translate("No.", text, text, 400);

        Assert.That((failure.ErrorCode, failure.RequestId), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That(failure.Message, Is.EqualTo("the service rejected the call: No. (HTTP 400 from https://api.example, region eu-west-1)"));
    }

    [Test]
    public void A_code_and_a_request_id_are_shown()
    {
        var failure = Translate("No.", "com.amazon#Strange:http://internal/", "52c29da5-3f4e-4d2a-8a84-0a1e4a6d4b55", 400);

        Assert.That((failure.ErrorCode, failure.RequestId), Is.EqualTo(("Strange", "52c29da5-3f4e-4d2a-8a84-0a1e4a6d4b55")));
    }

    [TestCase("AccessDenied")]
    [TestCase("InvalidIdentityToken")]
    [TestCase("Strange")]
    public void A_secret_that_the_service_repeats_is_omitted(string code)
    {
        const string Secret = "sso+access/token==";
        var exception = Create($"Authorization: {Secret} token={Uri.EscapeDataString(Secret)}&x {JsonEncodedText.Encode(Secret)}", code, null, 400);

        var failure = AwsErrors.Translate(exception, Call with { Secrets = [null, Secret] })!;

        Assert.That(failure.Message, Does.Contain(": Authorization: … token=…&x …. "));
    }

    private static EcrCredentialException Translate(string message, string? code, string? requestId, int status) =>
        AwsErrors.Translate(Create(message, code, requestId, status), Call)!;

    private static AmazonServiceException Create(string message, string? code, string? requestId, int status) =>
        new(message, null, ErrorType.Unknown, code, requestId, (HttpStatusCode)status);
}

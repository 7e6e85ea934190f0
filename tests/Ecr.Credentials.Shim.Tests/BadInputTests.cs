namespace Ecr.Credentials.Shim.Tests;

public sealed class BadInputTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [TestCase("", "the document is empty.", TestName = "Empty_input_is_refused")]
    [TestCase("get credentials", "the document is not valid JSON", TestName = "Input_that_is_not_JSON_is_refused")]
    [TestCase("[]", "the document is an array. It must be an object.", TestName = "An_array_is_refused")]
    [TestCase("""{"kind":"Pod","apiVersion":"v1"}""", "\"kind\" is \"Pod\".", TestName = "Another_kind_is_refused")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v9","image":"x"}""",
        "\"apiVersion\" is \"credentialprovider.kubelet.k8s.io/v9\".", TestName = "An_unknown_version_is_refused")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1"}""", "\"image\" is missing.",
        TestName = "A_missing_image_is_refused")]
    [TestCase("""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":""}""", "\"image\" is missing.",
        TestName = "An_empty_image_is_refused")]
    public async Task A_bad_request_is_reported_in_one_line(string input, string message)
    {
        AssertFailure(await RunAsync(input), 2, message);
        Assert.That(Emulator.Requests, Is.Empty);
    }

    [Test]
    public async Task Trailing_data_is_refused() => AssertFailure(await RunAsync(Request() + Request()), 2, "the document is not valid JSON");

    [Test]
    public async Task Input_that_is_not_UTF8_is_refused() =>
        AssertFailure(
            await RunAsync(new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)'}' }, Emulator.Environment()),
            2,
            "the document is not valid UTF-8.");

    [Test]
    public async Task An_image_of_1_MiB_is_refused() =>
        AssertFailure(await RunAsync(Request(Host + "/" + new string('x', 1 << 20))), 2, "larger than 1 MiB");

    [Test]
    public async Task A_long_image_of_another_registry_is_truncated_in_the_message()
    {
        var result = await RunAsync(Request(new string('x', 900_000)));

        AssertFailure(result, 2, "… (900000 characters)\" is not an Amazon ECR registry host.");
        Assert.That(result.Error, Has.Length.LessThan(500));
    }

    [TestCase("docker.io/library/nginx")]
    [TestCase("localhost:5000/x")]
    [TestCase(Host + ".evil.example/x")]
    [TestCase("evil.example/" + Host)]
    [TestCase("public.ecr.aws.evil.example/x")]
    public async Task A_host_that_is_not_ECR_gets_no_password(string image)
    {
        AssertFailure(await RunAsync(Request(image)), 2, "is not an Amazon ECR registry host.");
        Assert.That(Emulator.Requests, Is.Empty);
    }

    [Test]
    public async Task Text_before_an_at_sign_is_not_quoted()
    {
        var result = await RunAsync(Request($"AWS:hunter2@{Host}/x"));

        AssertFailure(result, 2, "Remove the user name and password");
        Assert.That(result.Error, Does.Not.Contain("hunter2"));
    }
}

using System.Xml.Linq;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class StsServiceTests
{
    private const string RoleArn = "arn:aws:iam::123456789012:role/puller";
    private static readonly XNamespace Sts = "https://sts.amazonaws.com/doc/2011-06-15/";

    [Test]
    public async Task A_web_identity_gets_credentials_that_ECR_accepts()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await SendUnsignedAsync(emulator, WebIdentity(emulator));
        var credentials = await ReadCredentialsAsync(answer);
        using var client = new SignedHttpClient(new HttpClient { BaseAddress = emulator.Address }, credentials);
        using var response = await client.GetTokenAsync();

        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(200));
            Assert.That(emulator.Requests[0].Service, Is.EqualTo(AwsService.Sts));
            Assert.That(emulator.Requests[0].Operation, Is.EqualTo("AssumeRoleWithWebIdentity"));
            Assert.That(emulator.Requests[1].Principal, Is.EqualTo("arn:aws:sts::123456789012:assumed-role/puller/session"));
        });
    }

    [Test]
    public async Task Session_credentials_expire_after_the_requested_duration()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        using var answer = await SendUnsignedAsync(emulator, [.. WebIdentity(emulator), ("DurationSeconds", "900")]);
        var credentials = await ReadCredentialsAsync(answer);
        using var client = new SignedHttpClient(new HttpClient { BaseAddress = emulator.Address }, credentials);

        Assert.That(credentials.Expiration, Is.EqualTo(time.GetUtcNow().AddSeconds(900)).Within(TimeSpan.FromSeconds(1)));
        time.Advance(TimeSpan.FromSeconds(900));
        using var request = SignedHttpClient.CreateRequest(SignedHttpClient.EcrTarget);
        using var late = await client.SendAsync(request, "ecr", "eu-west-1", time.GetUtcNow().UtcDateTime);

        Assert.That(await late.Content.ReadAsStringAsync(), Does.Contain("ExpiredTokenException"));
    }

    [Test]
    public async Task An_expired_web_identity_token_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ExpiredWebIdentityToken = "old" });

        using var answer = await SendUnsignedAsync(emulator, WebIdentity(emulator, token: "old"));

        await AssertErrorAsync(answer, 400, "ExpiredTokenException");
    }

    [TestCase("something else")]
    [TestCase("token\n")]
    public async Task Other_web_identity_tokens_are_rejected(string token)
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { WebIdentityToken = "token" });

        using var answer = await SendUnsignedAsync(emulator, WebIdentity(emulator, token));

        await AssertErrorAsync(answer, 400, "InvalidIdentityToken");
    }

    [Test]
    public async Task A_role_outside_the_options_is_denied()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { AssumableRoles = [RoleArn + "-other"] });

        using var answer = await SendUnsignedAsync(emulator, WebIdentity(emulator));
        await AssertErrorAsync(answer, 403, "AccessDenied");

        using var signed = await SendSignedAsync(emulator, AssumeRole());
        await AssertErrorAsync(signed, 403, "AccessDenied");
    }

    [TestCase("RoleArn", "puller", "ValidationError")]
    [TestCase("RoleArn", "arn:aws:iam::123:role/puller", "ValidationError")]
    [TestCase("RoleSessionName", "x", "ValidationError")]
    [TestCase("RoleSessionName", "a session", "ValidationError")]
    [TestCase("DurationSeconds", "899", "ValidationError")]
    [TestCase("DurationSeconds", "43201", "ValidationError")]
    [TestCase("DurationSeconds", "long", "ValidationError")]
    [TestCase("Version", "2010-05-08", "InvalidAction")]
    [TestCase("Action", "DecodeAuthorizationMessage", "MissingAuthenticationToken")]
    public async Task An_invalid_parameter_is_rejected(string name, string value, string code)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await SendUnsignedAsync(emulator, [.. WebIdentity(emulator).Where(field => field.Name != name), (name, value)]);

        Assert.That(ErrorCode(await ReadAsync(answer)), Is.EqualTo(code));
    }

    [Test]
    public async Task AssumeRole_returns_credentials_to_a_signed_caller()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ExternalId = "agreed" });

        using var answer = await SendSignedAsync(emulator, [.. AssumeRole(), ("ExternalId", "agreed")]);
        var credentials = await ReadCredentialsAsync(answer);

        Assert.Multiple(() =>
        {
            Assert.That(credentials.PrincipalArn, Is.EqualTo("arn:aws:sts::123456789012:assumed-role/puller/session"));
            Assert.That(emulator.Requests.Single().AccessKeyId, Is.EqualTo(emulator.StaticCredentials.AccessKeyId));
            Assert.That(emulator.Requests.Single().SigningService, Is.EqualTo("sts"));
        });
    }

    [Test]
    public async Task AssumeRole_without_the_external_id_is_denied()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ExternalId = "agreed" });

        using var answer = await SendSignedAsync(emulator, AssumeRole());

        await AssertErrorAsync(answer, 403, "AccessDenied");
    }

    [Test]
    public async Task AssumeRole_without_a_signature_is_rejected_with_the_error_of_the_query_protocol()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await SendUnsignedAsync(emulator, AssumeRole());

        await AssertErrorAsync(answer, 403, "MissingAuthenticationToken");
    }

    [Test]
    public async Task The_record_contains_the_requested_role_and_the_region_of_the_signature()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await SendSignedAsync(emulator, [.. AssumeRole(), ("ExternalId", "agreed")]);

        var request = emulator.Requests.Single();
        Assert.Multiple(() =>
        {
            Assert.That(request.RoleArn, Is.EqualTo(RoleArn));
            Assert.That(request.RoleSessionName, Is.EqualTo("session"));
            Assert.That(request.ExternalId, Is.EqualTo("agreed"));
            Assert.That(request.Region, Is.EqualTo("us-east-1"));
            Assert.That(request.Principal, Is.EqualTo("arn:aws:iam::123456789012:user/static"));
        });
    }

    [TestCase("sts.eu-west-1.amazonaws.com", "eu-west-1", "aws")]
    [TestCase("sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov")]
    [TestCase("sts.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn")]
    [TestCase("sts.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "aws-eusc")]
    [TestCase("sts.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "aws-iso")]
    public async Task A_role_is_assumed_in_its_own_partition(string host, string region, string partition)
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await SendUnsignedAsync(emulator, WebIdentity(emulator, role: $"arn:{partition}:iam::123456789012:role/puller"), host);
        var credentials = await ReadCredentialsAsync(answer);

        Assert.That(credentials.PrincipalArn, Is.EqualTo($"arn:{partition}:sts::123456789012:assumed-role/puller/session"));
        Assert.That((emulator.Requests.Single().Host, emulator.Requests.Single().Region), Is.EqualTo((host, region)));
    }

    [Test]
    public async Task A_role_in_another_partition_is_denied()
    {
        const string ChinaRole = "arn:aws-cn:iam::123456789012:role/puller";
        await using var emulator = await AwsEmulator.StartAsync();

        using var unsigned = await SendUnsignedAsync(emulator, WebIdentity(emulator, role: ChinaRole), "sts.us-east-1.amazonaws.com");
        await AssertErrorAsync(unsigned, 403, "AccessDenied");

        using var signed = await SendSignedAsync(emulator, [.. AssumeRole().Where(field => field.Name != "RoleArn"), ("RoleArn", ChinaRole)]);
        await AssertErrorAsync(signed, 403, "AccessDenied");
    }

    [Test]
    public async Task The_path_of_a_role_is_not_part_of_the_session()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await SendUnsignedAsync(emulator, WebIdentity(emulator, role: "arn:aws:iam::123456789012:role/team/node/puller"));

        Assert.That((await ReadCredentialsAsync(answer)).PrincipalArn, Is.EqualTo("arn:aws:sts::123456789012:assumed-role/puller/session"));
    }

    [Test]
    public async Task GetCallerIdentity_returns_the_signer()
    {
        await using var emulator = await AwsEmulator.StartAsync();

        using var answer = await SendSignedAsync(emulator, [("Action", "GetCallerIdentity"), ("Version", "2011-06-15")]);

        Assert.That((await ReadAsync(answer)).Descendants(Sts + "Arn").Single().Value, Is.EqualTo("arn:aws:iam::123456789012:user/static"));
    }

    private static (string Name, string Value)[] WebIdentity(AwsEmulator emulator, string? token = null, string role = RoleArn) =>
    [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", role),
        ("RoleSessionName", "session"),
        ("WebIdentityToken", token ?? emulator.Options.WebIdentityToken),
    ];

    private static (string Name, string Value)[] AssumeRole() =>
        [("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", RoleArn), ("RoleSessionName", "session")];

    private static async Task<HttpResponseMessage> SendUnsignedAsync(AwsEmulator emulator, IEnumerable<(string Name, string Value)> fields, string? host = null)
    {
        using var http = new HttpClient { BaseAddress = emulator.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = Form(fields) };
        request.Headers.Host = host;
        return await http.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> SendSignedAsync(AwsEmulator emulator, IEnumerable<(string Name, string Value)> fields)
    {
        using var client = new SignedHttpClient(emulator);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = Form(fields) };
        return await client.SendAsync(request, "sts", "us-east-1");
    }

    private static FormUrlEncodedContent Form(IEnumerable<(string Name, string Value)> fields) =>
        new(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value)));

    private static async Task<XElement> ReadAsync(HttpResponseMessage answer) => XElement.Parse(await answer.Content.ReadAsStringAsync());

    private static string ErrorCode(XElement answer) => answer.Element(Sts + "Error")!.Element(Sts + "Code")!.Value;

    private static async Task<EmulatedCredentials> ReadCredentialsAsync(HttpResponseMessage answer)
    {
        var result = await ReadAsync(answer);
        string Value(string name) => result.Descendants(Sts + name).Single().Value;
        return new EmulatedCredentials
        {
            AccessKeyId = Value("AccessKeyId"),
            SecretAccessKey = Value("SecretAccessKey"),
            SessionToken = Value("SessionToken"),
            Expiration = (DateTimeOffset)result.Descendants(Sts + "Expiration").Single(),
            PrincipalArn = Value("Arn"),
        };
    }

    private static async Task AssertErrorAsync(HttpResponseMessage answer, int statusCode, string code)
    {
        var error = await ReadAsync(answer);
        Assert.Multiple(() =>
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(statusCode));
            Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/xml"));
            Assert.That(ErrorCode(error), Is.EqualTo(code));
        });
    }
}

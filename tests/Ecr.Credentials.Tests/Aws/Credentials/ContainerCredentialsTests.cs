using System.Net;
using System.Net.Sockets;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Tests.Aws.Credentials.Profiles;
using Ecr.Emulator;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Credentials;

public sealed class ContainerCredentialsTests
{
    private const string RelativeVariable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private const string FullVariable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private const string TokenVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    private const string TokenFileVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    private const string Document = """{"AccessKeyId":"ASIA1","SecretAccessKey":"s3cret","Token":"t0ken","Expiration":"2001-01-01T00:00:00Z"}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ecr-container-tests-");

    [OneTimeTearDown]
    public async Task DeleteFiles() => _directory.Delete(recursive: true);

    [Test]
    public async Task Credentials_of_the_endpoint_are_returned()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { ContainerAuthorizationToken = "Bearer 1" });
        using var source = new Source(Variables.Of(emulator.Environment(CredentialSource.Container)));

        var identity = await source.Container.FindAsync();

        var expected = emulator.ContainerCredentials;
        Assert.That(
            (identity?.Credentials.AccessKey, identity?.Credentials.SecretKey, identity?.Credentials.Token),
            Is.EqualTo((expected.AccessKeyId, expected.SecretAccessKey, expected.SessionToken)));
        Assert.That(identity?.Origin, Is.EqualTo($"the container credentials endpoint {emulator.Address.GetLeftPart(UriPartial.Authority)}"));
    }

    [Test]
    public async Task A_session_token_is_optional()
    {
        await using var server = await LoopbackServer.StartAsync(
            (_, response) => response.WriteAsync("""{"AccessKeyId":"AKIA1","SecretAccessKey":"s3cret"}"""));
        using var source = new Source(Variables.Of((FullVariable, server.Address.AbsoluteUri)));

        Assert.That((await source.Container.FindAsync())?.Credentials.UseToken, Is.False);
    }

    [Test]
    public async Task An_error_that_repeats_the_authorization_token_is_shown_without_it()
    {
        await using var server = await LoopbackServer.StartAsync((request, response) =>
        {
            var token = request.Headers["Authorization"];
            response.StatusCode = 403;
            return response.WriteAsync($$"""{"code":"Denied {{token}}","message":"Unknown token {{token}}"}""");
        });
        using var source = new Source(Variables.Of((FullVariable, server.Address.AbsoluteUri), (TokenVariable, "container-t0ken")));

        var failure = await source.Container.FailAsync();

        Assert.That(failure.Message, Does.Contain(": HTTP 403, Denied …: Unknown token …."));
    }

    [Test]
    public async Task Without_an_address_there_are_no_credentials()
    {
        using var source = new Source(Variables.Of((TokenVariable, "Bearer 1"), (TokenFileVariable, "/nowhere")));

        Assert.That(await source.Container.FindReasonAsync(), Is.EqualTo($"neither {RelativeVariable} nor {FullVariable} is set"));
    }

    [TestCase("/v2/credentials/1", "/v2/credentials/1", "")]
    [TestCase("/role?id=1", "/role", "?id=1")]
    [TestCase("/", "/", "")]
    public async Task A_relative_URI_is_resolved_against_the_ECS_agent(string relative, string path, string query)
    {
        await using var server = await StartAsync();
        using var source = new Source(Variables.Of((RelativeVariable, relative), (FullVariable, "http://127.0.0.1:1/")), connect: server.ConnectAsync);

        Assert.That((await source.Container.FindAsync())?.Origin, Is.EqualTo("the container credentials endpoint http://169.254.170.2"));
        Assert.That(
            (server.Requests.Single().Host, server.Requests.Single().Path, server.Requests.Single().Query), Is.EqualTo(("169.254.170.2", path, query)));
    }

    [TestCase("v2/s3cret")]
    [TestCase("@s3cret.example/v2")]
    [TestCase("//s3cret.example/v2")]
    [TestCase("http://169.254.170.2/s3cret")]
    public Task A_relative_URI_that_is_not_a_path_is_refused(string relative) =>
        AssertMisconfiguredAsync($"{RelativeVariable} is not a path: it must begin with one slash", (RelativeVariable, relative));

    [TestCase("http://127.0.0.1/creds")]
    [TestCase("http://127.1.2.3:8080/creds")]
    [TestCase("http://localhost:8080/creds")]
    [TestCase("http://LOCALHOST/creds")]
    [TestCase("http://[::1]/creds")]
    [TestCase("http://[0:0:0:0:0:0:0:1]/creds")]
    [TestCase("http://169.254.170.2/creds")]
    [TestCase("http://169.254.170.23/v1/credentials")]
    [TestCase("http://[fd00:ec2::23]/v1/credentials")]
    [TestCase("http://[FD00:EC2:0::23]/v1/credentials")]
    public async Task An_address_of_this_machine_or_its_agents_may_be_called_over_http(string address)
    {
        await using var server = await StartAsync();
        using var source = new Source(Variables.Of((FullVariable, address)), connect: server.ConnectAsync);

        Assert.That(await source.Container.FindAsync(), Is.Not.Null);
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_CA_bundle_of_the_profile_is_trusted(bool isNamed)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var home = new ProfileStage();
        home.WriteConfig(isNamed ? $"[default]\nca_bundle = {emulator.CertificateAuthorityFile}\n" : "[default]\n");
        using var source = new Source(Variables.Of((FullVariable, $"{emulator.HttpsAddress}v2/credentials/emulated-task")));

        var finding = source.Container.FindAsync(home.Lookup, CancellationToken.None);

        if (isNamed)
        {
            Assert.That((await finding).Credentials!.Credentials.AccessKey, Is.EqualTo(emulator.ContainerCredentials.AccessKeyId));
        }
        else
        {
            Assert.That(() => finding, Throws.TypeOf<EcrCredentialException>().With.Message.Contains("TLS handshake failed"));
        }
    }

    [Test]
    public async Task Any_host_may_be_called_over_TLS_if_its_certificate_is_trusted()
    {
        await using var server = await StartAsync();
        using var source = new Source(Variables.Of((FullVariable, "https://credentials.example/s3cret")), connect: server.ConnectAsync);

        await AssertFailureAsync(
            source,
            EcrCredentialErrorReason.Unreachable,
            "cannot reach the container credentials endpoint https://credentials.example: TLS handshake failed: the certificate is not trusted");
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task A_name_of_this_machine_is_called_by_the_address_that_was_checked()
    {
        await using var server = await StartAsync();
        using var source = new Source(Variables.Of((FullVariable, $"http://user@this-machine.example:{server.Address.Port}/creds")));

        Assert.That(
            (await source.Container.FindAsync())?.Origin,
            Is.EqualTo($"the container credentials endpoint http://this-machine.example:{server.Address.Port}"));
        Assert.That(server.Requests.Single().Host, Is.EqualTo($"this-machine.example:{server.Address.Port}"));
        Assert.That(server.Requests.Single().Path, Is.EqualTo("/creds"));
    }

    [TestCase("http://mixed.example/", "http://mixed.example")]
    [TestCase("http://empty.example/", "http://empty.example")]
    [TestCase("http://credentials.example/s3cret", "http://credentials.example")]
    [TestCase("http://10.0.0.1/", "http://10.0.0.1")]
    [TestCase("http://169.254.169.254/", "http://169.254.169.254")]
    [TestCase("http://169.254.170.22/", "http://169.254.170.22")]
    [TestCase("http://[fd00:ec2::24]/", "http://[fd00:ec2::24]")]
    [TestCase("http://127.0.0.1.example/", "http://127.0.0.1.example")]
    [TestCase("http://localhost.example/", "http://localhost.example")]
    [TestCase("http://169.254.170.2@credentials.example/", "http://credentials.example")]
    [TestCase("http://s3cret:s3cret@credentials.example/s3cret?s3cret#s3cret", "http://credentials.example")]
    [TestCase("ftp://127.0.0.1/s3cret", "ftp://127.0.0.1")]
    public Task Other_addresses_are_rejected(string address, string told) =>
        AssertMisconfiguredAsync(
            $"{FullVariable} points to \"{told}\": it must be an https URL, or an http URL on this machine or on ", (FullVariable, address));

    [Test]
    public Task A_relative_path_of_the_token_file_is_rejected() =>
        AssertMisconfiguredAsync(
            $"invalid AWS configuration: {TokenFileVariable} is \"token\"; expected an absolute path",
            (FullVariable, "http://127.0.0.1:1/"),
            (TokenFileVariable, "token"));

    [TestCase("127.0.0.1/s3cret")]
    [TestCase("file:///s3cret")]
    [TestCase("/s3cret\0")]
    [TestCase("http://")]
    public Task A_full_URI_that_is_not_a_URL_is_rejected(string address) =>
        AssertMisconfiguredAsync($"{FullVariable} ", (FullVariable, address));

    [Test]
    public async Task The_token_in_the_environment_is_sent_unchanged() =>
        Assert.That(await SentTokenAsync((TokenVariable, "Bearer t0ken==")), Is.EqualTo("Bearer t0ken=="));

    [TestCase("Bearer from-file")]
    [TestCase("Bearer from-file\n")]
    [TestCase("Bearer from-file\r\n")]
    public async Task A_token_file_overrides_the_token_in_the_environment(string text) =>
        Assert.That(await SentTokenAsync((TokenVariable, "stale"), (TokenFileVariable, Write("token", text))), Is.EqualTo("Bearer from-file"));

    [Test]
    public async Task Without_a_token_no_header_is_sent() => Assert.That(await SentTokenAsync(), Is.Null);

    [TestCase("s3cret\r\nHost: evil.example")]
    [TestCase("s3cret\n")]
    [TestCase("s3cret\0")]
    [TestCase("s3crét")]
    public Task A_token_that_is_not_a_valid_header_value_is_rejected(string token) =>
        AssertMisconfiguredAsync(
            $"{TokenVariable} contains characters not allowed in an HTTP header: it must be one line of ASCII text",
            (FullVariable, "http://127.0.0.1:1/"),
            (TokenVariable, token));

    [Test]
    public async Task A_token_file_whose_content_is_not_a_valid_header_value_is_rejected()
    {
        var path = Write("lines", "s3cret\nHost: evil.example");

        await AssertMisconfiguredAsync(
            $"the token in \"{path}\" contains characters not allowed in an HTTP header: it must be one line of ASCII text", (
                FullVariable, "http://127.0.0.1:1/"), (TokenFileVariable, path));
    }

    [TestCase("""{"code":"AccessDenied","message":"no\nrole."}""", ", AccessDenied: ")]
    [TestCase("""{"code":"AccessDenied"}""", ", AccessDenied. ")]
    [TestCase("""{"message":"no role."}""", ", no role. ")]
    [TestCase("""{"code":1}""", ". ")]
    [TestCase("s3cret", ". ")]
    public async Task The_code_and_the_message_of_a_refusal_are_reported(string body, string expected)
    {
        await using var server = await LoopbackServer.StartAsync((_, response) =>
        {
            response.StatusCode = 403;
            return response.WriteAsync(body);
        });
        using var http = new MetadataHttpClient(NullLogger.Instance, TimeProvider.System, trustStore: null);

        var failure = await new ContainerCredentials(Variables.Of((FullVariable, server.Address.AbsoluteUri)), http).FailAsync();

        Assert.That(failure.Message, Does.Contain("HTTP 403" + expected).And.Not.Contain("s3cret").And.Not.Contain("\n"));
    }

    [Test]
    public async Task An_empty_token_file_is_rejected()
    {
        var path = Write("empty", " \n");

        await AssertMisconfiguredAsync($"the token file \"{path}\" is empty", (FullVariable, "http://127.0.0.1:1/"), (TokenFileVariable, path));
    }

    [Test]
    public async Task A_token_file_that_cannot_be_read_is_reported()
    {
        var path = Path.Combine(_directory.FullName, "missing");

        await AssertMisconfiguredAsync(
            $"cannot read the token file \"{path}\": ", (FullVariable, "http://127.0.0.1:1/"), (TokenVariable, "s3cret"), (TokenFileVariable, path));
    }

    [TestCase(302, 1)]
    [TestCase(400, 1)]
    [TestCase(401, 1)]
    [TestCase(403, 1)]
    [TestCase(404, 1)]
    [TestCase(429, 3)]
    [TestCase(500, 3)]
    [TestCase(503, 3)]
    public async Task An_endpoint_without_credentials_is_reported(int status, int attempts)
    {
        await using var server = await LoopbackServer.StartAsync((_, response) =>
        {
            response.StatusCode = status;
            return response.WriteAsync("s3cret");
        });
        using var source = new Source(Variables.Of((FullVariable, server.Address + "s3cret"), (TokenVariable, "s3cret")));

        await AssertFailureAsync(
            source,
            EcrCredentialErrorReason.ServiceError,
            $"invalid response from {Name(server)}: HTTP {status}. Check the role of the task or pod, and {TokenFileVariable}.");
        Assert.That(server.Requests, Has.Count.EqualTo(attempts));
    }

    [TestCase("s3cret", "not JSON")]
    [TestCase("""{"SecretAccessKey":"s3cret"}""", "AccessKeyId or SecretAccessKey is missing")]
    public async Task An_answer_without_credentials_is_reported(string document, string why)
    {
        await using var server = await LoopbackServer.StartAsync((_, response) => response.WriteAsync(document));
        using var source = new Source(Variables.Of((FullVariable, server.Address.AbsoluteUri)));

        await AssertFailureAsync(source, EcrCredentialErrorReason.NoAwsCredentials, $"invalid response from {Name(server)}: {why}. ");
    }

    [Test]
    public async Task An_endpoint_that_refuses_connections_is_reported()
    {
        using var source = new Source(Variables.Of((FullVariable, "http://s3cret:s3cret@127.0.0.1:1/s3cret"), (TokenVariable, "s3cret")));

        await AssertFailureAsync(
            source,
            EcrCredentialErrorReason.Unreachable,
            "cannot reach the container credentials endpoint http://127.0.0.1:1: connection refused. "
                + $"Check {RelativeVariable}, {FullVariable} and the agent at that address.");
    }

    [Test]
    public async Task An_endpoint_that_is_silent_is_reported()
    {
        var clock = new InstantTimeProvider();
        await using var server = await LoopbackServer.StartAsync(LoopbackServer.StaySilentAsync);
        using var source = new Source(Variables.Of((FullVariable, server.Address.AbsoluteUri)), clock);

        await AssertFailureAsync(source, EcrCredentialErrorReason.Unreachable, $"cannot reach {Name(server)}: timed out. ");
        Assert.That(clock.Waits.Sum(wait => wait.TotalSeconds), Is.EqualTo(6.2).Within(0.001));
    }

    [Test]
    public async Task A_canceled_lookup_knows_what_it_waited_for()
    {
        using var cancelled = new CancellationTokenSource();
        await using var server = await LoopbackServer.StartAsync(async (request, response) =>
        {
            await cancelled.CancelAsync();
            await LoopbackServer.StaySilentAsync(request, response);
        });
        using var source = new Source(Variables.Of((FullVariable, server.Address.AbsoluteUri)));
        var lookup = LookupExtensions.NewLookup();

        Assert.That(() => source.Container.FindAsync(lookup, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(lookup.Progress.WaitingFor, Is.EqualTo($"waiting for {Name(server)}"));
    }

    private static Task<LoopbackServer> StartAsync() => LoopbackServer.StartAsync((_, response) => response.WriteAsync(Document));

    private static string Name(LoopbackServer server) => "the container credentials endpoint " + server.Address.GetLeftPart(UriPartial.Authority);

    private static async Task<string?> SentTokenAsync(params (string Name, string Value)[] variables)
    {
        await using var server = await StartAsync();
        using var source = new Source(Variables.Of([(FullVariable, server.Address.AbsoluteUri), .. variables]));

        await source.Container.FindAsync();

        return server.Requests.Single().Authorization;
    }

    private static async Task AssertMisconfiguredAsync(string message, params (string Name, string Value)[] variables)
    {
        using var source = new Source(Variables.Of(variables));
        await AssertFailureAsync(source, EcrCredentialErrorReason.InvalidConfiguration, message);
    }

    private static async Task AssertFailureAsync(Source source, EcrCredentialErrorReason reason, string message)
    {
        var failure = await source.Container.FailAsync();

        Assert.That(failure.Reason, Is.EqualTo(reason));
        Assert.That(failure.Message, Does.StartWith(message));
        Assert.That(failure.ToString(), Does.Not.Contain("s3cr"));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class Source(
        Func<string, string?> environment,
        TimeProvider? clock = null,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null) : IDisposable
    {
        private readonly MetadataHttpClient _client = new(
            NullLogger.Instance, clock ?? new InstantTimeProvider(TimeSpan.FromMilliseconds(100)), trustStore: null, connect);

        public ContainerCredentials Container => new(environment, _client, ResolveAsync);

        private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => host switch
        {
            "this-machine.example" => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.IPv6Loopback]),
            "mixed.example" => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("10.0.0.1")]),
            "empty.example" => Task.FromResult<IPAddress[]>([]),
            _ => throw new SocketException((int)SocketError.HostNotFound),
        };

        public void Dispose() => _client.Dispose();
    }
}

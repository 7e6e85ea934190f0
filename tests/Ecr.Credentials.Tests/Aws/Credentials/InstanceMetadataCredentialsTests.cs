using System.Net.Sockets;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Tests.Aws.Credentials.Profiles;
using Ecr.Emulator;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Aws.Credentials;

public sealed class InstanceMetadataCredentialsTests
{
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    private const string TimeoutVariable = "AWS_METADATA_SERVICE_TIMEOUT";
    private const string AttemptsVariable = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
    private const string TokenPath = "/latest/api/token";
    private const string RolePath = "/latest/meta-data/iam/security-credentials/";
    private const string Document = """{"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s3cret","Token":"t0ken"}""";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Credentials_of_the_instance_role_are_returned()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var source = new Source(Variables.Of(emulator.Environment(CredentialSource.InstanceMetadata)));

        var identity = await source.FindAsync();

        var expected = emulator.InstanceCredentials;
        Assert.That(
            (identity?.Credentials.AccessKey, identity?.Credentials.SecretKey, identity?.Credentials.Token),
            Is.EqualTo((expected.AccessKeyId, expected.SecretAccessKey, expected.SessionToken)));
        Assert.That(identity?.Origin, Is.EqualTo("the instance's role \"emulated-node\""));
        Assert.That(
            emulator.Requests.Select(request => $"{request.Method} {request.Path}"),
            Is.EqualTo(new[] { "PUT " + TokenPath, "GET " + RolePath, $"GET {RolePath}emulated-node" }));
    }

    [Test]
    public async Task Expired_credentials_are_returned_for_AWS_to_reject()
    {
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { CredentialLifetime = TimeSpan.FromHours(-1) });
        using var source = new Source(Variables.Of(emulator.Environment(CredentialSource.InstanceMetadata)));

        Assert.That((await source.FindAsync())?.Credentials.AccessKey, Is.EqualTo(emulator.InstanceCredentials.AccessKeyId));
    }

    [Test]
    public async Task A_role_name_is_sent_unchanged()
    {
        const string Role = "Team_1+a=b,c.d@e-f";
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { InstanceRole = Role });
        using var source = new Source(Variables.Of(emulator.Environment(CredentialSource.InstanceMetadata)));

        Assert.That((await source.FindAsync())?.Origin, Is.EqualTo($"the instance's role \"{Role}\""));
    }

    [TestCase("one\ntwo\n")]
    [TestCase("one\r\n")]
    [TestCase(" one ")]
    public async Task Of_several_roles_the_first_is_used(string roles)
    {
        await using var service = await Service.StartAsync(roles: response => response.WriteAsync(roles));
        using var source = new Source(service.Variables);

        Assert.That((await source.FindAsync())?.Origin, Is.EqualTo("the instance's role \"one\""));
    }

    [TestCase(null, "169.254.169.254")]
    [TestCase("IPv4", "169.254.169.254")]
    [TestCase("ipv4", "169.254.169.254")]
    [TestCase("IPv6", "[fd00:ec2::254]")]
    [TestCase("ipv6", "[fd00:ec2::254]")]
    public async Task The_endpoint_mode_selects_the_address(string? mode, string host)
    {
        await using var service = await Service.StartAsync();
        using var source = new Source(
            mode is null ? Variables.Of() : Variables.Of(("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode)), connect: service.Server.ConnectAsync);

        Assert.That(await source.FindAsync(), Is.Not.Null);
        Assert.That(service.Server.Requests.Select(request => request.Host), Is.All.EqualTo(host));
    }

    [TestCase("http://metadata.example", "")]
    [TestCase("http://metadata.example/", "")]
    [TestCase("http://metadata.example/prefix", "/prefix")]
    [TestCase("http://metadata.example/prefix/", "/prefix")]
    public async Task A_configured_endpoint_overrides_the_mode(string endpoint, string prefix)
    {
        await using var service = await Service.StartAsync();
        using var source = new Source(
            Variables.Of((EndpointVariable, endpoint), ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6")), connect: service.Server.ConnectAsync);

        await source.FindAsync();

        Assert.That((service.Server.Requests[0].Host, service.Server.Requests[0].Path), Is.EqualTo(("metadata.example", prefix + TokenPath)));
    }

    [TestCase("true")]
    [TestCase("True")]
    public async Task A_disabled_service_is_not_called(string disabled)
    {
        using var source = new Source(Variables.Of(("AWS_EC2_METADATA_DISABLED", disabled)), connect: NoConnection);

        Assert.That(await source.FindReasonAsync(), Is.EqualTo("the instance metadata service is disabled by AWS_EC2_METADATA_DISABLED"));
    }

    [Test]
    public async Task A_service_that_is_not_disabled_is_called()
    {
        await using var service = await Service.StartAsync();
        using var source = new Source(Variables.Of(("AWS_EC2_METADATA_DISABLED", "false")), connect: service.Server.ConnectAsync);

        Assert.That(await source.FindAsync(), Is.Not.Null);
    }

    [TestCase(EndpointVariable, "169.254.169.254")]
    [TestCase(EndpointVariable, "ftp://169.254.169.254")]
    [TestCase(EndpointVariable, "http://")]
    [TestCase("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5")]
    [TestCase(TimeoutVariable, "soon")]
    [TestCase(TimeoutVariable, "0")]
    [TestCase(TimeoutVariable, "0.0001")]
    [TestCase(TimeoutVariable, "-1")]
    [TestCase(TimeoutVariable, "1,000")]
    [TestCase(TimeoutVariable, "3601")]
    [TestCase(TimeoutVariable, "NaN")]
    [TestCase(TimeoutVariable, "Infinity")]
    [TestCase(AttemptsVariable, "0")]
    [TestCase(AttemptsVariable, "-1")]
    [TestCase(AttemptsVariable, "1.5")]
    [TestCase(AttemptsVariable, "many")]
    public async Task A_setting_that_cannot_be_used_is_reported(string variable, string value)
    {
        using var source = new Source(Variables.Of((variable, value)), connect: NoConnection);

        var failure = await source.FailAsync();

        Assert.That(failure.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidConfiguration));
        Assert.That(failure.Message, Does.StartWith($"invalid AWS configuration: {variable} is \"{value}\"; expected "));
    }

    [Test]
    public async Task A_service_that_refuses_connections_is_treated_as_unavailable()
    {
        using var source = new Source(Variables.Of((EndpointVariable, "http://127.0.0.1:1")));

        Assert.That(
            await source.FindReasonAsync(), Is.EqualTo("cannot reach the instance metadata service at http://127.0.0.1:1 (connection refused)"));
    }

    [Test]
    public async Task A_service_that_does_not_respond_is_treated_as_unavailable()
    {
        var clock = new FakeTimeProvider();
        await using var service = await Service.StartAsync(token: response =>
        {
            clock.Advance(Limit);
            return LoopbackServer.StaySilentAsync(null!, response);
        });
        using var source = new Source(service.SingleAttempt, clock);

        Assert.That(
            await source.FindReasonAsync(),
            Is.EqualTo($"{service.Name} timed out (a hop limit of 1 blocks containers, and so may a firewall)"));
    }

    [Test]
    public async Task A_silent_service_costs_one_second()
    {
        var clock = new InstantTimeProvider();
        await using var service = await Service.StartAsync(token: response => LoopbackServer.StaySilentAsync(null!, response));
        using var source = new Source(service.Variables, clock);

        Assert.That(await source.FindReasonAsync(), Does.Contain("timed out"));
        Assert.That(clock.Waits.Sum(wait => wait.TotalSeconds), Is.EqualTo(1));
    }

    [TestCase("1", 1)]
    [TestCase("4", 7)]
    public async Task The_number_of_attempts_is_configurable(string attempts, int waits)
    {
        var clock = new InstantTimeProvider();
        await using var service = await Service.StartAsync(token: response => LoopbackServer.StaySilentAsync(null!, response));
        using var source = new Source(Variables.Of((EndpointVariable, service.Endpoint), (AttemptsVariable, attempts)), clock);

        await source.FindReasonAsync();

        Assert.That(clock.Waits, Has.Count.EqualTo(waits));
    }

    [Test]
    public async Task The_timeout_of_an_attempt_is_configurable()
    {
        var clock = new InstantTimeProvider();
        await using var service = await Service.StartAsync(token: response => LoopbackServer.StaySilentAsync(null!, response));
        using var source = new Source(Variables.Of((EndpointVariable, service.Endpoint), (TimeoutVariable, "2.5")), clock);

        await source.FindReasonAsync();

        Assert.That(clock.Waits[0], Is.EqualTo(TimeSpan.FromSeconds(2.5)));
    }

    [TestCase(403, 1, "is disabled for this instance (HTTP 403)")]
    [TestCase(302, 1, "returned HTTP 302 for the session token")]
    [TestCase(400, 1, "returned HTTP 400 for the session token")]
    [TestCase(404, 1, "returned HTTP 404 for the session token")]
    [TestCase(405, 1, "returned HTTP 405 for the session token")]
    [TestCase(429, 2, "returned HTTP 429 for the session token")]
    [TestCase(500, 2, "returned HTTP 500 for the session token")]
    public async Task A_service_without_a_token_is_unavailable(int status, int attempts, string miss)
    {
        await using var service = await Service.StartAsync(token: response =>
        {
            response.StatusCode = status;
            return response.WriteAsync("s3cret");
        });
        using var source = new Source(Variables.Of((EndpointVariable, service.Endpoint), ("AWS_EC2_METADATA_V1_DISABLED", "true")));

        Assert.That(await source.FindReasonAsync(), Is.EqualTo($"{service.Name} {miss}"));
        Assert.That(service.Server.Requests, Has.Count.EqualTo(attempts));
    }

    [TestCase(403)]
    [TestCase(404)]
    [TestCase(405)]
    public async Task A_service_that_refuses_a_token_is_asked_without_one(int status)
    {
        await using var service = await Service.StartAsync(
            token: response =>
            {
                response.StatusCode = status;
                return Task.CompletedTask;
            },
            roles: response => response.WriteAsync(response.HttpContext.Request.Headers.ContainsKey("x-aws-ec2-metadata-token") ? "token" : "none"));
        using var source = new Source(service.Variables);

        Assert.That((await source.FindAsync())?.Origin, Is.EqualTo("the instance's role \"none\""));
    }

    [Test]
    public async Task A_service_that_refuses_a_request_without_a_token_too_is_unavailable()
    {
        static Task Refuse(HttpResponse response)
        {
            response.StatusCode = 403;
            return Task.CompletedTask;
        }

        await using var service = await Service.StartAsync(token: Refuse, roles: Refuse);
        using var source = new Source(service.Variables);

        Assert.That(await source.FindReasonAsync(), Is.EqualTo($"{service.Name} is disabled for this instance (HTTP 403)"));
    }

    [Test]
    public async Task The_profile_names_the_service_unless_a_variable_does()
    {
        await using var service = await Service.StartAsync();
        using var home = new ProfileStage();
        home.WriteConfig($"[default]\nec2_metadata_service_endpoint = {service.Endpoint}");
        using var source = new Source(Variables.Of(), connect: service.Server.ConnectAsync);

        Assert.That((await source.Metadata.FindAsync(home.Lookup))?.Origin, Is.EqualTo("the instance's role \"node\""));
        Assert.That(service.Server.Requests, Has.Count.EqualTo(3));
    }

    [TestCase("ec2_metadata_service_endpoint", "moon")]
    [TestCase("ec2_metadata_service_endpoint_mode", "moon")]
    [TestCase("metadata_service_timeout", "moon")]
    [TestCase("metadata_service_num_attempts", "0")]
    public async Task An_invalid_setting_of_the_profile_is_reported_with_profile_file_and_line(string setting, string value)
    {
        using var home = new ProfileStage();
        home.WriteConfig($"[default]\n{setting} = {value}");
        using var source = new Source(Variables.Of());

        var failure = (await Assert.ThrowsAsync<EcrCredentialException>(() => source.Metadata.FindAsync(home.Lookup)))!;

        Assert.That(failure.Message, Does.StartWith(
            $"invalid AWS configuration: {setting} of the AWS profile \"default\" (\"{home.Home}/.aws/config\", line 2) is \"{value}\"; expected "));
    }

    [TestCase("")]
    [TestCase("<html>\r\n<body>Sign in</body>\r\n</html>")]
    [TestCase("tökén")]
    public async Task A_service_with_an_invalid_token_is_unavailable(string token)
    {
        await using var service = await Service.StartAsync(token: response => response.WriteAsync(token));
        using var source = new Source(service.Variables);

        Assert.That(await source.FindReasonAsync(), Is.EqualTo($"{service.Name} returned an invalid session token"));
        Assert.That(service.Server.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(1, true)]
    [TestCase(2, false)]
    public async Task A_session_token_that_the_service_refuses_is_replaced_once(int refusals, bool isFound)
    {
        await using var service = await Service.StartAsync(roles: response =>
        {
            response.StatusCode = refusals-- > 0 ? 401 : 200;
            return response.WriteAsync("node");
        });
        using var source = new Source(service.Variables);

        if (isFound)
        {
            Assert.That(await source.FindAsync(), Is.Not.Null);
        }
        else
        {
            Assert.That((await source.FailAsync()).Message, Does.Contain("returned HTTP 401 for the instance's role"));
        }

        Assert.That(service.Server.Requests.Count(request => request.Method == "PUT"), Is.EqualTo(2));
    }

    [TestCase("eu-west-1", "eu-west-1")]
    [TestCase("eu-west-1\n", "eu-west-1")]
    [TestCase("", null)]
    public async Task The_region_of_the_instance_is_found(string answer, string? region)
    {
        await using var service = await Service.StartAsync(credentials: response => response.WriteAsync(answer));
        using var source = new Source(service.Variables);
        var lookup = source.Lookup;

        Assert.That(await source.Metadata.FindRegionAsync(lookup.Settings, lookup.Progress, CancellationToken.None), Is.EqualTo(region));
        Assert.That(service.Server.Requests[^1].Path, Is.EqualTo("/latest/meta-data/placement/region"));
    }

    [Test]
    public async Task Without_a_metadata_service_there_is_no_region()
    {
        using var source = new Source(Variables.Of(("AWS_EC2_METADATA_DISABLED", "true")), connect: NoConnection);
        var lookup = source.Lookup;

        Assert.That(await source.Metadata.FindRegionAsync(lookup.Settings, lookup.Progress, CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task Every_request_carries_the_session_token()
    {
        await using var service = await Service.StartAsync();
        using var source = new Source(service.Variables);

        await source.FindAsync();

        Assert.That(
            service.Server.Requests.Select(request => request.Headers.GetValueOrDefault("x-aws-ec2-metadata-token")),
            Is.EqualTo(new[] { null, "metadata-token", "metadata-token" }));
        Assert.That(service.Server.Requests[0].Headers["x-aws-ec2-metadata-token-ttl-seconds"], Is.EqualTo("300"));
    }

    [TestCase(404, "")]
    [TestCase(200, "")]
    [TestCase(200, "\n")]
    public async Task An_instance_may_have_no_role(int status, string roles)
    {
        await using var service = await Service.StartAsync(roles: response =>
        {
            response.StatusCode = status;
            return response.WriteAsync(roles);
        });
        using var source = new Source(service.Variables);

        Assert.That(await source.FindReasonAsync(), Is.EqualTo("the instance has no role"));
    }

    [TestCase(401)]
    [TestCase(500)]
    public async Task A_service_that_refuses_the_role_is_reported(int status)
    {
        await using var service = await Service.StartAsync(roles: response =>
        {
            response.StatusCode = status;
            return response.WriteAsync("s3cret");
        });
        using var source = new Source(service.Variables);

        await AssertFailureAsync(
            source, EcrCredentialErrorReason.ServiceError, $"{service.Name} returned HTTP {status} for the instance's role. Retry later, ");
    }

    [TestCase("<html>s3cret</html>")]
    [TestCase("s3cret/../../user-data")]
    [TestCase("s3cret?x")]
    public async Task An_invalid_role_name_is_not_requested(string role)
    {
        await using var service = await Service.StartAsync(roles: response => response.WriteAsync(role));
        using var source = new Source(service.Variables);

        await AssertFailureAsync(
            source,
            EcrCredentialErrorReason.NoAwsCredentials,
            $"invalid response from {service.Name} for the instance's role: not a role name. Check that the role exists and trusts EC2.");
        Assert.That(service.Server.Requests, Has.Count.EqualTo(2));
    }

    [TestCase(404)]
    [TestCase(503)]
    public async Task A_role_without_an_answer_is_reported(int status)
    {
        await using var service = await Service.StartAsync(credentials: response =>
        {
            response.StatusCode = status;
            return response.WriteAsync("s3cret");
        });
        using var source = new Source(service.Variables);

        await AssertFailureAsync(
            source, EcrCredentialErrorReason.ServiceError, $"{service.Name} returned HTTP {status} for the instance's role \"node\". Retry later, ");
    }

    [TestCase("s3cret", "not JSON")]
    [TestCase("""{"Code":"Success","SecretAccessKey":"s3cret"}""", "AccessKeyId or SecretAccessKey is missing")]
    [TestCase("""{"Code":"AssumeRoleUnauthorizedAccess","Message":"s3cret"}""", "code \"AssumeRoleUnauthorizedAccess\"")]
    public async Task A_role_without_credentials_is_reported(string document, string why)
    {
        await using var service = await Service.StartAsync(credentials: response => response.WriteAsync(document));
        using var source = new Source(service.Variables);

        await AssertFailureAsync(
            source,
            EcrCredentialErrorReason.NoAwsCredentials,
            $"invalid response from {service.Name} for the instance's role \"node\": {why}. Check that the role exists and trusts EC2.");
    }

    [Test]
    public async Task A_lost_connection_is_reported()
    {
        await using var service = await Service.StartAsync(credentials: response => LoopbackServer.ResetAsync(null!, response));
        using var source = new Source(service.Variables);

        await AssertFailureAsync(
            source,
            EcrCredentialErrorReason.Unreachable,
            $"no response from {service.Name}: connection reset. Retry, or raise AWS_METADATA_SERVICE_TIMEOUT.");
    }

    [Test]
    public async Task A_service_that_stops_answering_is_reported()
    {
        var clock = new FakeTimeProvider();
        await using var service = await Service.StartAsync(roles: response =>
        {
            clock.Advance(Limit);
            return LoopbackServer.StaySilentAsync(null!, response);
        });
        using var source = new Source(service.SingleAttempt, clock);

        await AssertFailureAsync(
            source, EcrCredentialErrorReason.Unreachable, $"no response from {service.Name}: timed out. ");
    }

    [Test]
    public async Task User_info_in_the_endpoint_is_not_shown()
    {
        using var source = new Source(Variables.Of((EndpointVariable, "http://s3cret:s3cret@127.0.0.1:1/s3cret?s3cret")));

        Assert.That(
            await source.FindReasonAsync(), Is.EqualTo("cannot reach the instance metadata service at http://127.0.0.1:1 (connection refused)"));
    }

    [Test]
    public async Task A_canceled_lookup_knows_what_it_waited_for()
    {
        using var cancelled = new CancellationTokenSource();
        await using var service = await Service.StartAsync(token: async response =>
        {
            await cancelled.CancelAsync();
            await LoopbackServer.StaySilentAsync(null!, response);
        });
        using var source = new Source(Variables.Of((EndpointVariable, service.Endpoint), (TimeoutVariable, "3600")));
        var lookup = source.Lookup;

        Assert.That(() => source.Metadata.FindAsync(lookup, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(lookup.Progress.WaitingFor, Is.EqualTo($"waiting for {service.Name}"));
    }

    private static async Task AssertFailureAsync(Source source, EcrCredentialErrorReason reason, string message)
    {
        var failure = await source.FailAsync();

        Assert.That(failure.Reason, Is.EqualTo(reason));
        Assert.That(failure.Message, Does.StartWith(message));
        Assert.That(failure.ToString(), Does.Not.Contain("s3cret").And.Not.Contain("metadata-token"));
    }

    private static ValueTask<Stream> NoConnection(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        throw new SocketException((int)SocketError.NetworkUnreachable);

    private sealed class Source(
        Func<string, string?> environment,
        TimeProvider? clock = null,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null) : IDisposable
    {
        private readonly MetadataHttpClient _client = new(
            NullLogger.Instance, clock ?? new InstantTimeProvider(TimeSpan.FromMilliseconds(100)), trustStore: null, connect);

        public InstanceMetadataCredentials Metadata => new(environment, _client);

        public CredentialLookup Lookup => LookupExtensions.NewLookup(environment);

        public Task<ResolvedCredentials?> FindAsync() => Metadata.FindAsync(Lookup);

        public Task<string> FindReasonAsync() => Metadata.FindReasonAsync(Lookup);

        public Task<EcrCredentialException> FailAsync() => Metadata.FailAsync(Lookup);

        public void Dispose() => _client.Dispose();
    }

    /// <summary>A working metadata service, except for the steps that a test replaces.</summary>
    private sealed class Service(LoopbackServer server) : IAsyncDisposable
    {
        public LoopbackServer Server { get; } = server;

        public string Endpoint => Server.Address.GetLeftPart(UriPartial.Authority);

        public string Name => "the instance metadata service at " + Endpoint;

        public Func<string, string?> Variables => Credentials.Variables.Of((EndpointVariable, Endpoint));

        public Func<string, string?> SingleAttempt =>
            Credentials.Variables.Of((EndpointVariable, Endpoint), (TimeoutVariable, "1"), (AttemptsVariable, "1"));

        public static async Task<Service> StartAsync(
            Func<HttpResponse, Task>? token = null, Func<HttpResponse, Task>? roles = null, Func<HttpResponse, Task>? credentials = null) =>
            new(await LoopbackServer.StartAsync(
                (request, response) => (request.Method, request.Path[request.Path.IndexOf("/latest", StringComparison.Ordinal)..]) switch
            {
                ("PUT", TokenPath) => token?.Invoke(response) ?? response.WriteAsync("metadata-token"),
                ("GET", RolePath) => roles?.Invoke(response) ?? response.WriteAsync("node"),
                _ => credentials?.Invoke(response) ?? response.WriteAsync(Document),
            }));

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}

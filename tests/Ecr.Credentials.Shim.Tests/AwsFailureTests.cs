using Ecr.Credentials.Shim.Tests.Identities;

namespace Ecr.Credentials.Shim.Tests;

public sealed class AwsFailureTests : ShimFixture
{
    private static IEnumerable<TestCaseData> Failures() =>
    [
        Case(Fault.AccessDenied, 1, "AWS denied access: User: arn:aws:iam::123456789012:user/",
            "Allow ecr:GetAuthorizationToken on \"*\" for these credentials. (AccessDeniedException, HTTP 400 from http://127.0.0.1:"),
        Case(Fault.ExpiredCredentials, 1, "the AWS session credentials have expired. Refresh them. (ExpiredTokenException,"),
        Case(
            Fault.SignatureExpired,
            1,
            "the system clock is wrong: AWS rejected the request's timestamp. Synchronize the clock with NTP. (InvalidSignatureException,"),
        Case(Fault.SignatureNotYetCurrent, 1,
            "the system clock is wrong: AWS rejected the request's timestamp. Synchronize the clock with NTP. (InvalidSignatureException,"),
        Case(Fault.Throttling, 3, "AWS throttled every attempt. Retry later, or request a quota increase. (ThrottlingException,"),
        Case(Fault.ThrottleException, 3, "AWS throttled every attempt.", "(ThrottleException,"),
        Case(Fault.TooManyRequests, 3, "AWS throttled every attempt.", "HTTP 429"),
        Case(Fault.ServerError, 3, "the service failed. Retry later.", "HTTP 500"),
        Case(Fault.ServiceUnavailable, 3, "the service failed. Retry later.", "HTTP 503"),
        Case(Fault.Malformed, 3, "returned a response that is not from AWS. Check for an intercepting proxy and the configured endpoint."),
        Case(Fault.NoAuthorizationData, 1, ": the response contains no authorization token."),
        Case(Fault.EmptyAuthorizationData, 1, ": the response contains no authorization token."),
        Case(Fault.TokenNotBase64, 1, ": the authorization token is not valid base64."),
        Case(Fault.TokenWithoutColon, 1, ": the authorization token does not decode to a user name, a colon and a password."),
    ];

    [TestCaseSource(nameof(Failures))]
    public async Task An_AWS_error_is_reported_in_one_line(Fault fault, int attempts, string[] messages)
    {
        Emulator.Faults.Always(fault, AwsService.Ecr);

        var result = await RunAsync(Request());

        AssertFailure(result, 1, messages[0]);
        Assert.That(result.Error, Does.Contain(messages[^1]));
        Assert.That(TokenRequests, Has.Count.EqualTo(attempts));
    }

    private static IEnumerable<TestCaseData> TransientFaults() =>
        from fault in (Fault[])[Fault.Throttling, Fault.ThrottleException, Fault.TooManyRequests, Fault.ServerError, Fault.ServiceUnavailable, Fault.Reset]
        select new TestCaseData(fault).SetArgDisplayNames(fault.ToString());

    [TestCaseSource(nameof(TransientFaults))]
    public async Task A_transient_fault_is_retried(Fault fault)
    {
        Emulator.Faults.Enqueue(fault, AwsService.Ecr);

        AssertAnswer(await RunAsync(Request()));
        Assert.That(TokenRequests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_connection_reset_is_reported_in_one_line([Values("Reset", "Truncated")] string kind)
    {
        Emulator.Faults.Always(kind == "Reset" ? Fault.Reset : Fault.Truncated, AwsService.Ecr);

        AssertFailure(
            await RunAsync(Request()),
            1,
            $"cannot reach {Emulator.Address.GetLeftPart(UriPartial.Authority)}: connection reset. Check the network, proxy "
                + $"(HTTPS_PROXY) and configured endpoint (AWS_ENDPOINT_URL).");
        Assert.That(TokenRequests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Denied_access_to_ECR_Public_names_both_permissions()
    {
        Emulator.Faults.Always(Fault.AccessDenied, AwsService.EcrPublic);

        AssertFailure(
            await RunAsync(Request("public.ecr.aws/docker/library/nginx")),
            1,
            "Allow ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken on \"*\" for these credentials.");
    }

    [Test]
    public async Task A_wrong_secret_key_is_reported_without_the_signed_request()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.SessionKey)) { ["AWS_SECRET_ACCESS_KEY"] = "wrong" };

        var result = await RunAsync(Request(), variables);

        AssertFailure(result, 1, "AWS rejected the signature. Check the secret access key. (InvalidSignatureException,");
        Assert.That(result.Error, Has.Length.LessThan(400));
    }

    [Test]
    public async Task An_unknown_access_key_is_reported()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ACCESS_KEY_ID"] = "AKIAUNKNOWN" };

        AssertFailure(await RunAsync(Request(), variables), 1, "AWS rejected the access key ID.");
    }

    [Test]
    public async Task An_expired_token_is_returned_with_a_zero_cache_duration()
    {
        Emulator.Faults.Always(Fault.ExpiredToken, AwsService.Ecr);

        var result = await RunAsync(Request());

        AssertAnswer(result);
        Assert.That(result.Output, Does.Contain("\"cacheDuration\":\"0s\""));
    }

    [Test]
    public async Task A_wrong_clock_is_corrected_from_the_services_Date_header()
    {
        Emulator.Faults.Always(Fault.SkewedClock);

        AssertAnswer(await RunAsync(Request()));
        Assert.That(TokenRequests.Select(request => request.StatusCode), Is.EqualTo(new int?[] { 400, 200 }).Or.EqualTo(new int?[] { 403, 200 }));
    }

    [Test]
    public async Task An_endpoint_that_refuses_connections_is_reported()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1", ["AWS_MAX_ATTEMPTS"] = "1" };

        AssertFailure(await RunAsync(Request(), variables), 1, "cannot reach http://127.0.0.1:1: connection refused.");
    }

    [Test]
    public async Task An_endpoint_whose_name_does_not_resolve_is_reported()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ENDPOINT_URL"] = "http://ecr.invalid", ["AWS_MAX_ATTEMPTS"] = "1" };

        AssertFailure(await RunAsync(Request(), variables), 1, "cannot reach http://ecr.invalid: DNS lookup failed.");
    }

    [Test]
    public async Task An_endpoint_with_an_untrusted_certificate_is_reported()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["AWS_ENDPOINT_URL"] = Emulator.HttpsAddress.AbsoluteUri,
            ["AWS_MAX_ATTEMPTS"] = "1",
        };

        AssertFailure(await RunAsync(Request(), variables), 1, "TLS handshake failed: the certificate is not trusted");
    }

    [Test]
    public async Task A_missing_certificate_file_is_reported()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment())
        {
            ["AWS_ENDPOINT_URL"] = Emulator.HttpsAddress.AbsoluteUri,
            ["AWS_MAX_ATTEMPTS"] = "1",
            ["SSL_CERT_FILE"] = Path.Combine(Home, "ca.pem"),
        };

        AssertFailure(
            await RunAsync(Request(), variables),
            1,
            $"TLS handshake failed: cannot read \"{Home}/ca.pem\" (SSL_CERT_FILE). Correct or remove the variable.");
    }

    private static IEnumerable<TestCaseData> Attempts() =>
        from fault in (Fault[])[Fault.Reset, Fault.Truncated, Fault.ServerError, Fault.Throttling]
        from caller in ((AwsService Service, string Identity)[])
            [
                (AwsService.Ecr, "Access keys"),
                (AwsService.Sts, "Role by rule"),
                (AwsService.Sso, "SSO session"),
                (AwsService.SsoOidc, "SSO session"),
                (AwsService.Signin, "Sign-in"),
            ]
        from attempts in (int[])[1, 2]
        select new TestCaseData(fault, caller.Service, caller.Identity, attempts).SetArgDisplayNames($"{fault} of {caller.Service}, {attempts}");

    [TestCaseSource(nameof(Attempts))]
    public async Task A_call_is_sent_as_often_as_there_are_attempts(Fault fault, AwsService service, string caller, int attempts)
    {
        Emulator.Faults.Always(fault, service);
        var stage = new IdentityStage(Emulator, Home, "aws");
        IdentityCase.All.Single(identity => identity.Name == caller).SetUp(stage);
        if (service == AwsService.SsoOidc)
        {
            stage.WriteSsoToken("corp", expiresAt: "2020-01-01T00:00:00Z");
        }

        stage.Set("AWS_MAX_ATTEMPTS", $"{attempts}");

        var result = await RunAsync(
            Request().Replace("}", stage.RequestMembers + "}", StringComparison.Ordinal), stage.Variables, [.. stage.Arguments]);

        Assert.That(result.ExitCode, Is.EqualTo(1), result.Error);
        Assert.That(Emulator.Requests.Count(request => request.Service == service), Is.EqualTo(attempts));
    }

    [Test]
    public async Task A_silent_endpoint_is_reported_as_timed_out()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.BeforeAnswer);
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ENDPOINT_URL"] = address, ["AWS_MAX_ATTEMPTS"] = "1" };

        AssertFailure(await RunAsync(Request(), variables), 1, $"timed out waiting for {address}: no answer within 12s, 1 attempt.");
    }

    [Test]
    public async Task An_endpoint_that_drops_packets_is_reported_as_timed_out()
    {
        await using var server = await SilentServer.StartAsync(HangPoint.BeforeConnection);
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ENDPOINT_URL"] = address, ["AWS_MAX_ATTEMPTS"] = "2" };

        AssertFailure(await RunAsync(Request(), variables), 1, $"timed out waiting for {address}: no connection within 5s, 2 attempts.");
    }

    private static TestCaseData Case(Fault fault, int attempts, params string[] messages) =>
        new TestCaseData(fault, attempts, messages).SetArgDisplayNames(fault.ToString());
}

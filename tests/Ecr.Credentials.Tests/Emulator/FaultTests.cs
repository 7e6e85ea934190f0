using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class FaultTests
{
    private static IEnumerable<TestCaseData> ErrorFaults =>
    [
        new(Fault.Throttling, 400, "ThrottlingException"),
        new(Fault.ThrottleException, 429, "ThrottleException"),
        new(Fault.ServerError, 500, "ServerException"),
        new(Fault.ExpiredCredentials, 400, "ExpiredTokenException"),
        new(Fault.AccessDenied, 400, "AccessDeniedException"),
    ];

    private static IEnumerable<TestCaseData> SignatureFaults =>
    [
        new(
            Fault.SignatureExpired,
            "Signature expired: {0:yyyyMMdd'T'HHmmss'Z'} is now earlier than {1:yyyyMMdd'T'HHmmss'Z'} ({2:yyyyMMdd'T'HHmmss'Z'} - 5 min.)",
            1,
            -5),
        new(
            Fault.SignatureNotYetCurrent,
            "Signature not yet current: {0:yyyyMMdd'T'HHmmss'Z'} is still later than {1:yyyyMMdd'T'HHmmss'Z'} ({2:yyyyMMdd'T'HHmmss'Z'} + 5 min.)",
            -1,
            5),
    ];

    private static IEnumerable<TestCaseData> StsFaults =>
    [
        new(Fault.Throttling, 400, "Throttling", "Rate exceeded"),
        new(Fault.ServerError, 500, "InternalFailure", "failed to process"),
        new(Fault.AccessDenied, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        new(Fault.IdpCommunicationError, 400, "IDPCommunicationError", "identity provider"),
        new(Fault.RegionDisabled, 403, "RegionDisabledException", "STS is not activated in this region for account:123456789012."),
    ];

    private static IEnumerable<TestCaseData> UnsignedServices =>
    [
        new(AwsService.Imds, HttpMethod.Put, "/latest/api/token"),
        new(AwsService.ContainerCredentials, HttpMethod.Get, "/v2/credentials/emulated-task"),
        new(AwsService.Sso, HttpMethod.Get, "/federation/credentials"),
        new(AwsService.SsoOidc, HttpMethod.Post, "/token"),
        new(AwsService.Signin, HttpMethod.Post, "/v1/token"),
    ];

    [TestCaseSource(nameof(ErrorFaults))]
    public async Task An_error_has_the_status_and_shape_of_AWS(Fault fault, int statusCode, string type)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(fault);

        using var response = await GetTokenAsync(emulator);
        var error = await ReadJsonAsync(response);

        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(statusCode));
            Assert.That(error.GetProperty("__type").GetString(), Is.EqualTo(type));
            Assert.That(emulator.Requests.Single().StatusCode, Is.EqualTo(statusCode));
            Assert.That(emulator.Requests.Single().ErrorCode, Is.EqualTo(type));
        });
    }

    [Test]
    public async Task AccessDenied_names_principal_and_action_as_AWS_does()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.AccessDenied);

        using var response = await GetTokenAsync(emulator);

        Assert.That((await ReadJsonAsync(response)).GetProperty("Message").GetString(), Is.EqualTo(
            "User: arn:aws:iam::123456789012:user/static is not authorized to perform: ecr:GetAuthorizationToken on resource: * "
            + "because no identity-based policy allows the ecr:GetAuthorizationToken action"));
    }

    [Test]
    public async Task AccessDenied_of_STS_is_reported_in_XML()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.AccessDenied, AwsService.Sts);
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([new("Action", "AssumeRoleWithWebIdentity")]);

        using var response = await http.PostAsync(emulator.Address, form);
        var error = XElement.Parse(await response.Content.ReadAsStringAsync());

        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(403));
            Assert.That(error.Value, Does.Contain("AccessDenied").And.Contain("Not authorized to perform sts:AssumeRoleWithWebIdentity"));
        });
    }

    [Test]
    public async Task TooManyRequests_has_no_body()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.TooManyRequests);

        using var response = await GetTokenAsync(emulator);

        Assert.That((int)response.StatusCode, Is.EqualTo(429));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [Test]
    public async Task ServiceUnavailable_is_an_HTML_page()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.ServiceUnavailable);

        using var response = await GetTokenAsync(emulator);

        Assert.That((int)response.StatusCode, Is.EqualTo(503));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.StartWith("<html>"));
    }

    [Test]
    public async Task Malformed_is_a_success_status_with_a_body_that_is_not_JSON()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.Malformed);

        using var response = await GetTokenAsync(emulator);
        var body = await response.Content.ReadAsStringAsync();

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(() => JsonElement.Parse(body), Throws.InstanceOf<JsonException>());
    }

    [Test]
    public async Task Truncated_promises_more_than_it_sends()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.Truncated);

        await Assert.ThatAsync(() => GetTokenAsync(emulator), Throws.InstanceOf<HttpRequestException>());
        Assert.That(emulator.Requests.Single().StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Reset_resets_the_connection_without_a_response()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.Reset);

        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => GetTokenAsync(emulator));

        Assert.That((exception!.GetBaseException() as SocketException)?.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(emulator.Requests.Single().StatusCode, Is.Null);
    }

    [Test]
    public async Task NoAuthorizationData_is_an_empty_object()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.NoAuthorizationData);

        using var response = await GetTokenAsync(emulator);
        using var client = new SignedHttpClient(emulator);
        using var publicResponse = await client.GetPublicTokenAsync();

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("{}"));
        Assert.That(await publicResponse.Content.ReadAsStringAsync(), Is.EqualTo("{}"));
    }

    [Test]
    public async Task EmptyAuthorizationData_is_an_empty_array_and_for_the_public_service_an_empty_object()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.EmptyAuthorizationData);

        using var response = await GetTokenAsync(emulator);
        using var client = new SignedHttpClient(emulator);
        using var publicResponse = await client.GetPublicTokenAsync();

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"authorizationData":[]}"""));
        Assert.That(await publicResponse.Content.ReadAsStringAsync(), Is.EqualTo("""{"authorizationData":{}}"""));
    }

    [Test]
    public async Task TokenNotBase64_cannot_be_decoded()
    {
        var token = await GetSpoiltTokenAsync(Fault.TokenNotBase64);

        Assert.That(() => Convert.FromBase64String(token), Throws.InstanceOf<FormatException>());
    }

    [Test]
    public async Task TokenWithoutColon_decodes_to_text_without_a_colon()
    {
        var token = await GetSpoiltTokenAsync(Fault.TokenWithoutColon);

        Assert.That(Encoding.UTF8.GetString(Convert.FromBase64String(token)), Does.Not.Contain(":"));
    }

    [Test]
    public async Task ExpiredToken_expired_an_hour_ago()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        emulator.Faults.Enqueue(Fault.ExpiredToken);

        using var response = await GetTokenAsync(emulator);
        var expiresAt = (await ReadJsonAsync(response)).GetProperty("authorizationData")[0].GetProperty("expiresAt").GetDouble();

        Assert.That(DateTimeOffset.UnixEpoch.AddSeconds(expiresAt), Is.EqualTo(time.GetUtcNow().AddHours(-1)).Within(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task SkewedClock_rejects_the_signature_and_shows_the_other_time()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        emulator.Faults.Always(Fault.SkewedClock);

        using var response = await GetTokenAsync(emulator);

        Assert.That((await ReadJsonAsync(response)).GetProperty("message").GetString(), Does.StartWith("Signature expired: "));
        Assert.That(response.Headers.Date, Is.EqualTo(time.GetUtcNow().AddHours(1)).Within(TimeSpan.FromSeconds(1)));
    }

    [TestCaseSource(nameof(SignatureFaults))]
    public async Task A_signature_is_rejected_as_too_old_or_too_new_by_a_service_that_shows_the_clients_time(
        Fault fault, string format, int serviceHours, int limitMinutes)
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        emulator.Faults.Always(fault);
        using var client = new SignedHttpClient(emulator);
        using var request = SignedHttpClient.CreateRequest(SignedHttpClient.EcrTarget);
        var now = time.GetUtcNow();

        using var response = await client.SendAsync(request, "ecr", "eu-west-1", now.UtcDateTime);

        var serviceTime = now.AddHours(serviceHours);
        var error = await ReadJsonAsync(response);
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(400));
            Assert.That(error.GetProperty("__type").GetString(), Is.EqualTo("InvalidSignatureException"));
            Assert.That(
                error.GetProperty("message").GetString(),
                Is.EqualTo(string.Format(CultureInfo.InvariantCulture, format, now, serviceTime.AddMinutes(limitMinutes), serviceTime)));
            Assert.That(response.Headers.Date, Is.EqualTo(now).Within(TimeSpan.FromSeconds(1)));
            Assert.That(emulator.Requests.Single().Time, Is.EqualTo(now));
        });
    }

    [Test]
    public async Task SignatureExpired_of_STS_is_reported_in_XML_after_its_tolerance()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.SignatureExpired, AwsService.Sts);
        using var client = new SignedHttpClient(emulator);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Content = new FormUrlEncodedContent([new("Action", "GetCallerIdentity"), new("Version", "2011-06-15")]),
        };

        using var response = await client.SendAsync(request, "sts", "us-east-1");

        var error = XElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.That((int)response.StatusCode, Is.EqualTo(403));
        Assert.That(
            error.Value, Does.Contain("SignatureDoesNotMatch").And.Match(@"Signature expired: \w{16} is now earlier than \w{16} \(\w{16} - 15 min\.\)"));
    }

    [TestCaseSource(nameof(StsFaults))]
    public async Task STS_returns_its_errors_in_XML(Fault fault, int statusCode, string code, string message)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(fault, AwsService.Sts);
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([new("Action", "AssumeRoleWithWebIdentity")]);

        using var response = await http.PostAsync(emulator.Address, form);

        var error = XElement.Parse(await response.Content.ReadAsStringAsync()).Elements().First();
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(statusCode));
            Assert.That(error.Elements().ElementAt(1).Value, Is.EqualTo(code));
            Assert.That(error.Elements().ElementAt(2).Value, Does.Contain(message));
            Assert.That(emulator.Requests.Single().ErrorCode, Is.EqualTo(code));
        });
    }

    [Test]
    public async Task Faults_of_STS_do_not_affect_other_services()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.IdpCommunicationError);
        emulator.Faults.Always(Fault.RegionDisabled);

        using var response = await GetTokenAsync(emulator);

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [TestCaseSource(nameof(UnsignedServices))]
    public async Task Status_returns_this_status_without_a_body(AwsService service, HttpMethod method, string path)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.Status(405), service);

        using var response = await SendAsync(emulator, method, path);

        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(405));
            Assert.That(response.Content.Headers.ContentLength, Is.Zero);
            Assert.That((emulator.Requests.Single().Service, emulator.Requests.Single().ErrorCode), Is.EqualTo((service, "MethodNotAllowed")));
        });
    }

    [TestCaseSource(nameof(UnsignedServices))]
    public async Task A_queued_ServerError_of_a_service_without_signatures_applies_once(AwsService service, HttpMethod method, string path)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.ServerError, service);

        using var first = await SendAsync(emulator, method, path);
        using var second = await SendAsync(emulator, method, path);

        Assert.That((int)first.StatusCode, Is.EqualTo(500));
        Assert.That((int)second.StatusCode, Is.Not.EqualTo(500));
    }

    [TestCaseSource(nameof(UnsignedServices))]
    public async Task Slow_delays_a_service_without_signatures(AwsService service, HttpMethod method, string path)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.Slow, service);

        var answer = SendAsync(emulator, method, path);
        var held = await emulator.WaitForRequestAsync();
        Assert.That((held.Service, held.StatusCode, answer.IsCompleted), Is.EqualTo((service, (int?)null, false)));

        emulator.Faults.Release();
        using var response = await answer;
    }

    [TestCaseSource(nameof(UnsignedServices))]
    public async Task Truncated_cuts_off_the_response_of_a_service_without_signatures(AwsService service, HttpMethod method, string path)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.Truncated, service);

        await Assert.ThatAsync(() => SendAsync(emulator, method, path), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Slow_responds_after_its_release()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.Slow);

        var answer = GetTokenAsync(emulator);
        var held = await emulator.WaitForRequestAsync();
        Assert.That(held.StatusCode, Is.Null);
        Assert.That(answer.IsCompleted, Is.False);

        emulator.Faults.Release();
        using var response = await answer;
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task SlowBy_responds_after_the_emulators_clock_has_advanced()
    {
        var time = new ManualTimeProvider();
        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions { TimeProvider = time });
        emulator.Faults.Enqueue(Fault.SlowBy(TimeSpan.FromSeconds(30)));

        var answer = GetTokenAsync(emulator);
        await time.WaitForTimerAsync();
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(emulator.Requests.Single().StatusCode, Is.Null);

        time.Advance(TimeSpan.FromSeconds(1));
        using var response = await answer;
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task An_emulator_that_holds_a_request_can_be_disposed()
    {
        var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.Slow);
        var answer = GetTokenAsync(emulator);
        await emulator.WaitForRequestAsync();

        await emulator.DisposeAsync();

        await Assert.ThatAsync(() => answer, Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Queued_faults_are_consumed_in_order_before_permanent_ones()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.AccessDenied);
        emulator.Faults.Enqueue(Fault.ServerError);
        emulator.Faults.Enqueue(Fault.Throttling);

        for (var i = 0; i < 4; i++)
        {
            using var response = await GetTokenAsync(emulator);
        }

        emulator.Faults.Clear();
        using var last = await GetTokenAsync(emulator);

        Assert.That(emulator.Requests.Select(request => request.ErrorCode), Is.EqualTo(new[]
        {
            "ServerException", "ThrottlingException", "AccessDeniedException", "AccessDeniedException", null,
        }));
    }

    [Test]
    public async Task A_fault_for_one_service_does_not_affect_the_others()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.ServerError, AwsService.EcrPublic);
        using var client = new SignedHttpClient(emulator);

        using var privateResponse = await client.GetTokenAsync();
        using var publicResponse = await client.GetPublicTokenAsync();

        Assert.That((int)privateResponse.StatusCode, Is.EqualTo(200));
        Assert.That((int)publicResponse.StatusCode, Is.EqualTo(500));
    }

    [Test]
    public async Task A_token_fault_applies_to_the_next_request_that_returns_a_token()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(Fault.NoAuthorizationData);
        using var http = new HttpClient();

        await http.GetStringAsync(new Uri(emulator.Environment(CredentialSource.Container)["AWS_CONTAINER_CREDENTIALS_FULL_URI"]));
        using var response = await GetTokenAsync(emulator);

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("{}"));
    }

    private static async Task<HttpResponseMessage> SendAsync(AwsEmulator emulator, HttpMethod method, string path)
    {
        using var http = new HttpClient { BaseAddress = emulator.Address };
        using var request = new HttpRequestMessage(method, path);
        return await http.SendAsync(request);
    }

    private static async Task<string> GetSpoiltTokenAsync(Fault fault)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Enqueue(fault);
        using var response = await GetTokenAsync(emulator);
        return (await ReadJsonAsync(response)).GetProperty("authorizationData")[0].GetProperty("authorizationToken").GetString()!;
    }

    private static async Task<HttpResponseMessage> GetTokenAsync(AwsEmulator emulator)
    {
        using var client = new SignedHttpClient(emulator);
        return await client.GetTokenAsync();
    }

    private static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync());
}

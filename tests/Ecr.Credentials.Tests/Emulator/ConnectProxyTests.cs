using System.Net;
using System.Net.Sockets;
using Ecr.Emulator;
using Ecr.Emulator.Server;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class ConnectProxyTests
{
    [TestCase("api.ecr.us-east-1.amazonaws.com", "us-east-1")]
    [TestCase("api.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1")]
    [TestCase("ecr.eu-west-1.api.aws", "eu-west-1")]
    [TestCase("ecr-fips.us-west-2.api.aws", "us-west-2")]
    [TestCase("api.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1")]
    public async Task A_client_reaches_the_emulator_under_the_real_host_name(string host, string region)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(ProxiedClient(emulator, $"https://{host}/"), emulator.StaticCredentials);

        using var response = await client.GetTokenAsync(region);

        var request = emulator.Requests.Single();
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(200));
            Assert.That(request.Host, Is.EqualTo(host));
            Assert.That(request.Scheme, Is.EqualTo("https"));
            Assert.That(request.Region, Is.EqualTo(region));
            Assert.That(request.ViaProxy, Is.True);
            Assert.That(request.SignatureVerified, Is.True);
        });
    }

    [Test]
    public async Task A_signature_for_a_region_other_than_that_of_the_host_name_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(ProxiedClient(emulator, "https://api.ecr.us-east-1.amazonaws.com/"), emulator.StaticCredentials);

        using var response = await client.GetTokenAsync("us-east-2");

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("valid region, not 'us-east-2'"));
    }

    [Test]
    public async Task An_operation_sent_to_the_host_name_of_another_service_is_unknown()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(ProxiedClient(emulator, "https://api.ecr.us-east-1.amazonaws.com/"), emulator.StaticCredentials);

        using var response = await client.GetPublicTokenAsync();

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("UnknownOperationException"));
    }

    [Test]
    public async Task A_tunnel_to_an_unknown_host_name_is_rejected()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(ProxiedClient(emulator, "https://api.ecr.us-east-1.api.aws/"), emulator.StaticCredentials);

        using var response = await client.GetTokenAsync("us-east-1");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MisdirectedRequest));
        Assert.That(emulator.Requests.Single().ErrorCode, Is.EqualTo("UnknownHost"));
    }

    [TestCase("http://169.254.169.254/latest/api/token", "169.254.169.254")]
    [TestCase("http://[fd00:ec2::254]/latest/api/token", "fd00:ec2::254")]
    public async Task A_plain_request_is_recorded_and_rejected(string address, string host)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = ProxiedClient(emulator, address);
        using var content = new ByteArrayContent(new byte[100_000]);

        using var response = await http.PutAsync(new Uri(address), content);

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
            Assert.That(emulator.ProxiedRequests, Is.EqualTo(new[] { new ProxiedRequest("PUT", address) }));
            Assert.That(emulator.ProxiedRequests[0].Host, Is.EqualTo(host));
            Assert.That(emulator.Requests, Is.Empty);
        });
    }

    [Test]
    public async Task A_client_that_is_still_sending_receives_the_rejection()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new TcpClient(emulator.ProxyAddress.Host, emulator.ProxyAddress.Port);
        await using var stream = client.GetStream();

        await stream.WriteAsync("POST http://any/ HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n"u8.ToArray());
        await stream.WriteAsync(new byte[8_000_000]);
        client.Client.Shutdown(SocketShutdown.Send);

        using var answer = new StreamReader(stream);
        Assert.That(await answer.ReadToEndAsync(), Does.StartWith("HTTP/1.1 502 "));
    }

    [Test]
    public async Task The_host_names_of_tunnels_are_recorded()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = ProxiedClient(emulator, "https://sts.eu-west-1.amazonaws.com/");

        using var first = await http.GetAsync(new Uri("/", UriKind.Relative));
        using var second = await http.GetAsync(new Uri("https://api.ecr.eu-west-1.amazonaws.com/"));

        Assert.That(emulator.ProxiedRequests, Is.EqualTo(new[]
        {
            new ProxiedRequest("CONNECT", "sts.eu-west-1.amazonaws.com:443"),
            new ProxiedRequest("CONNECT", "api.ecr.eu-west-1.amazonaws.com:443"),
        }));
        Assert.That(emulator.ProxiedRequests[0].Host, Is.EqualTo("sts.eu-west-1.amazonaws.com"));
    }

    [Test]
    public async Task A_call_without_the_proxy_is_not_recorded_as_proxied()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(emulator);

        using var response = await client.GetTokenAsync();

        Assert.That(emulator.ProxiedRequests, Is.Empty);
    }

    [Test]
    public async Task A_connection_handles_consecutive_requests()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(ProxiedClient(emulator, "https://api.ecr.us-east-1.amazonaws.com/"), emulator.StaticCredentials);

        for (var i = 0; i < 3; i++)
        {
            using var response = await client.GetTokenAsync("us-east-1");
        }

        Assert.That(emulator.Requests.Select(request => (request.StatusCode, request.ViaProxy)), Is.EqualTo(Enumerable.Repeat<(int?, bool)>((200, true), 3)));
    }

    [Test]
    public async Task A_port_belongs_to_the_proxy_until_its_connection_closes()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var proxy = new ConnectProxy();
        proxy.Start(((IPEndPoint)server.LocalEndpoint).Port);

        int port;
        using (var client = new TcpClient(proxy.Address.Host, proxy.Address.Port))
        {
            await client.GetStream().WriteAsync("CONNECT any:443 HTTP/1.1\r\n\r\n"u8.ToArray());
            using var connection = await server.AcceptSocketAsync();
            await client.GetStream().ReadExactlyAsync(new byte[1]);
            port = ((IPEndPoint)connection.RemoteEndPoint!).Port;
            Assert.That(proxy.Owns(port), Is.True);
        }

        await proxy.DisposeAsync();
        Assert.That(proxy.Owns(port), Is.False);
    }

    [Test]
    public async Task A_reset_reaches_the_client_through_the_tunnel()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        emulator.Faults.Always(Fault.Reset);
        using var client = new SignedHttpClient(ProxiedClient(emulator, "https://api.ecr.us-east-1.amazonaws.com/"), emulator.StaticCredentials);

        await Assert.ThatAsync(() => client.GetTokenAsync("us-east-1"), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task The_HTTPS_address_can_be_called_without_the_proxy()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var client = new SignedHttpClient(TrustingHttpClient.Create(emulator, emulator.HttpsAddress), emulator.StaticCredentials);

        using var response = await client.GetTokenAsync();

        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(200));
            Assert.That(emulator.Requests.Single().Scheme, Is.EqualTo("https"));
            Assert.That(emulator.Requests.Single().ViaProxy, Is.False);
        });
    }

    [Test]
    public async Task A_client_that_does_not_trust_the_authority_rejects_the_certificate()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        using var http = new HttpClient();

        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(emulator.HttpsAddress));

        Assert.That(exception!.HttpRequestError, Is.EqualTo(HttpRequestError.SecureConnectionError));
    }

    [Test]
    public async Task The_authority_is_available_as_a_file_that_is_deleted_with_the_emulator()
    {
        string file;
        await using (var emulator = await AwsEmulator.StartAsync())
        {
            file = emulator.ProxyEnvironment()["SSL_CERT_FILE"];
            Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo(emulator.CertificateAuthorityPem));
        }

        Assert.That(File.Exists(file), Is.False);
    }

    private static HttpClient ProxiedClient(AwsEmulator emulator, string address) =>
        TrustingHttpClient.Create(emulator, new Uri(address), new WebProxy(emulator.ProxyAddress));
}

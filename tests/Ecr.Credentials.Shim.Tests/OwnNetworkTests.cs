using System.Net;
using System.Net.Sockets;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Tests that require a separate network namespace, which <c>tests/with-netns</c> creates.</summary>
[Requires(Requirement.OwnNetwork)]
public sealed class OwnNetworkTests : ShimFixture
{
    private static readonly IPEndPoint NameServerAddress = new(IPAddress.Parse("127.0.0.53"), 53);

    private static IEnumerable<TestCaseData> Sources() =>
    [
        new TestCaseData("169.254.170.2", new Dictionary<string, string> { ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/emulated-task" })
            .SetArgDisplayNames("container credentials by relative URI"),
        new TestCaseData("169.254.169.254", new Dictionary<string, string> { ["AWS_EC2_METADATA_DISABLED"] = "false" })
            .SetArgDisplayNames("instance metadata"),
    ];

    [TestCaseSource(nameof(Sources))]
    [NonParallelizable]
    public async Task Credentials_are_found_at_AWSs_link_local_address(string address, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var service = new ConnectionListener(
            new IPEndPoint(IPAddress.Parse(address), 80), connection => ConnectionListener.ForwardAsync(connection, Emulator.Address.Port));
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None));
        foreach (var (name, value) in settings)
        {
            variables[name] = value;
        }

        AssertAnswer(await RunAsync(Request(), variables));

        var expected = settings.ContainsKey("AWS_EC2_METADATA_DISABLED") ? Emulator.InstanceCredentials : Emulator.ContainerCredentials;
        Assert.That(TokenRequests.Single().Principal, Is.EqualTo(expected.PrincipalArn));
    }

    [TestCase("api.ecr.eu-west-1.amazonaws.com")]
    [NonParallelizable]
    public async Task A_name_server_that_does_not_answer_is_abandoned_at_the_deadline(string name)
    {
        using var nameServer = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.53"), 53));
        var variables = new Dictionary<string, string>(Emulator.Environment());
        variables.Remove("AWS_ENDPOINT_URL");

        var result = await RunAsync(Request(), variables, "--timeout=3s");

        AssertFailure(result, 1, $"timed out after 3s: waiting for https://{name}.");
        Assert.That(nameServer.Available, Is.GreaterThan(0), "it was asked");
        Assert.That(result.Duration, Is.LessThan(TimeSpan.FromSeconds(8)));
    }

    [Test]
    [NonParallelizable]
    public async Task Where_IPv6_drops_packets_IPv4_answers_at_once()
    {
        using var names = new NameServer(NameServerAddress, IPAddress.IPv6Loopback, IPAddress.Loopback);
        await using var broken = await SilentServer.StartAsync(HangPoint.BeforeConnection, new IPEndPoint(IPAddress.IPv6Loopback, 443));
        using var working = Front(IPAddress.Loopback);

        var result = await RunAsync(Request(), DirectEnvironment());

        AssertAnswer(result);
        Assert.That(result.Duration, Is.LessThan(TimeSpan.FromSeconds(4)), "before the timeout of connecting");
    }

    [Test]
    [NonParallelizable]
    public async Task An_address_that_refuses_is_skipped([Values] bool isIPv6Working)
    {
        using var names = new NameServer(NameServerAddress, IPAddress.IPv6Loopback, IPAddress.Loopback);
        using var working = Front(isIPv6Working ? IPAddress.IPv6Loopback : IPAddress.Loopback);

        AssertAnswer(await RunAsync(Request(), DirectEnvironment()));
    }

    [TestCase("amazonaws.com")]
    [TestCase(".amazonaws.com")]
    [TestCase("*.amazonaws.com")]
    [TestCase("api.ecr.eu-west-1.amazonaws.com:443")]
    [TestCase("10.0.0.0/8, *")]
    [NonParallelizable]
    public async Task A_name_in_NO_PROXY_is_called_directly(string noProxy)
    {
        using var names = new NameServer(NameServerAddress, IPAddress.Loopback);
        using var front = Front(IPAddress.Loopback);
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment()) { ["NO_PROXY"] = noProxy };

        AssertAnswer(await RunAsync(Request(), variables));
        Assert.That(Emulator.ProxiedRequests, Is.Empty);
    }

    private ConnectionListener Front(IPAddress address) =>
        new(new IPEndPoint(address, 443), connection => ConnectionListener.ForwardAsync(connection, Emulator.HttpsAddress.Port));

    private Dictionary<string, string> DirectEnvironment()
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment());
        variables.Remove("HTTPS_PROXY");
        return variables;
    }
}

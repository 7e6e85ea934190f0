using System.Net;
using System.Net.Sockets;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Tests that require a separate network namespace, which <c>tests/with-netns</c> creates.</summary>
[Requires(Requirement.OwnNetwork)]
public sealed class OwnNetworkTests : ShimFixture
{
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
}

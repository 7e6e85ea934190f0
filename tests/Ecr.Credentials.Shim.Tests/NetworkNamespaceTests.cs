using System.Net;
using System.Net.Sockets;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>Tests that need the fixed addresses of AWS or a name server. They run in the network namespace of <c>tests/with-netns</c>.</summary>
public sealed class NetworkNamespaceTests : ShimFixture
{
    private static bool IsIsolated => Environment.GetEnvironmentVariable("ECR_NETWORK_NAMESPACE") == "true";

    private static IEnumerable<TestCaseData> Sources() =>
    [
        new TestCaseData("169.254.170.2", new Dictionary<string, string> { ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/emulated-task" })
            .SetArgDisplayNames("container credentials by relative URI"),
        new TestCaseData("169.254.169.254", new Dictionary<string, string> { ["AWS_EC2_METADATA_DISABLED"] = "false" })
            .SetArgDisplayNames("instance metadata"),
    ];

    private static IEnumerable<TestCaseData> SourcesHere() => IsIsolated ? Sources() : [];

    private static IEnumerable<string> NamesHere() => IsIsolated ? ["api.ecr.eu-west-1.amazonaws.com"] : [];

    [TestCaseSource(nameof(SourcesHere))]
    [NonParallelizable]
    public async Task Credentials_are_found_at_the_fixed_address_of_AWS(string address, IReadOnlyDictionary<string, string> settings)
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

    [TestCaseSource(nameof(NamesHere))]
    [NonParallelizable]
    public async Task An_unresponsive_name_server_is_abandoned_at_the_deadline(string name)
    {
        using var nameServer = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.53"), 53));
        var variables = new Dictionary<string, string>(Emulator.Environment());
        variables.Remove("AWS_ENDPOINT_URL");

        var result = await RunAsync(Request(), variables, "--timeout=3s");

        AssertFailure(result, 1, $"There was no credential within 3s. https://{name}/ had not answered yet.");
        Assert.That(nameServer.Available, Is.GreaterThan(0), "it was queried");
        Assert.That(result.Duration, Is.LessThan(TimeSpan.FromSeconds(8)));
    }
}

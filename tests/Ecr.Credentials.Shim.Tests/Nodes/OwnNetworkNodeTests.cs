using System.Net;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Nodes;

/// <summary>The release executable finds hosts with the name servers of every node.</summary>
[Requires(Requirement.OwnNetwork)]
[Requires(Requirement.Nodes)]
[NonParallelizable]
public sealed class OwnNetworkNodeTests : ShimFixture
{
    private const string Host = "api.ecr.eu-west-1.amazonaws.com";

    private static string[] Nodes => ["debian-13", "musl", "empty"];

    private static IEnumerable<TestCaseData> Resolvers() =>
        from node in Nodes
        from resolver in ((string Name, string Server, string Configuration, string Host, bool IsTruncating)[])
        [
            ("UDP", "127.0.0.1", "nameserver 127.0.0.1\n", Host, false),
            ("UDP, then TCP", "127.0.0.1", "nameserver 127.0.0.1\n", Host, true),
            ("TCP", "127.0.0.1", "options use-vc\nnameserver 127.0.0.1\n", Host, true),
            ("search domains", "127.0.0.1", "search corp.example test.example\nnameserver 127.0.0.1\n", "registry.test.example", false),
            ("in a pod", "127.0.0.1", "search test.svc.cluster.local svc.cluster.local\noptions ndots:5\nnameserver 127.0.0.1\n", Host, false),
            ("IPv6 only", "::1", "nameserver ::1\n", Host, false),
            ("the second of two", "127.0.0.2", "nameserver 127.0.0.1\nnameserver 127.0.0.2\n", Host, false),
            ("stub of systemd-resolved", "127.0.0.53", "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n", Host, false),
        ]
        select new TestCaseData(node, resolver.Server, resolver.Configuration, resolver.Host, resolver.IsTruncating).SetArgDisplayNames(node, resolver.Name);

    [TestCaseSource(nameof(Resolvers))]
    public async Task A_host_is_found_with_the_nodes_name_servers(
        string name, string server, string configuration, string host, bool isTruncating)
    {
        var (nameServer, address) = server == "::1" ? (IPAddress.IPv6Loopback, IPAddress.IPv6Loopback) : (IPAddress.Parse(server), IPAddress.Loopback);
        using var names = new NameServer(new IPEndPoint(nameServer, 53), name => name == host ? [address] : null) { IsTruncating = isTruncating };
        using var front = new ConnectionListener(
            new IPEndPoint(address, 443), connection => ConnectionListener.ForwardAsync(connection, Emulator.HttpsAddress.Port));
        using var node = new Node(name);
        node.Write("/etc/resolv.conf", configuration);
        node.Write("/etc/ssl/cert.pem", Emulator.CertificateAuthorityPem);
        var variables = new Dictionary<string, string>(Emulator.Environment()) { ["AWS_ENDPOINT_URL"] = $"https://{(host == Host ? Host : "registry")}" };

        AssertAnswer(new ShimResult(await node.RunAsync(Encoding.UTF8.GetBytes(Request()), variables)));
        Assert.That(names.TcpQuestions > 0, Is.EqualTo(isTruncating));
    }
}

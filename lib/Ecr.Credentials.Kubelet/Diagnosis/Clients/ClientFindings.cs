using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>What checks have found about the clients of registries on this machine.</summary>
/// <param name="environment">The environment of the clients.</param>
[SupportedOSPlatform("linux")]
internal sealed class ClientFindings(IReadOnlyDictionary<string, string> environment)
{
    public IReadOnlyDictionary<string, string> Environment => environment;

    public ClientFiles Files { get; } = new(name => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null);

    /// <summary>The files that exist, by path.</summary>
    public Dictionary<string, ClientFile> Read { get; } = [];

    /// <summary>The kinds of clients that are examined.</summary>
    public IReadOnlyList<ClientKind> Kinds { get; set; } = [ClientKind.Docker];

    /// <summary>The name of the helper in the files of clients, such as <c>ecr-login</c>.</summary>
    public string? Helper { get; set; }

    /// <summary>The program of the helper.</summary>
    public string? Program { get; set; }

    public string SearchPath => environment.GetValueOrDefault("PATH", "");
}

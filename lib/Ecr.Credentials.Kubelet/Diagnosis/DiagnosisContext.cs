using System.Runtime.Versioning;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Diagnosis.Network;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Planning;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>What checks have found, for those that require them.</summary>
/// <remarks>A property is set by one check before it ends, and read only by checks that run after it.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class DiagnosisContext : IDisposable
{
    private readonly Lazy<CredentialProviderConfig?> _configuration;
    private readonly Lazy<RegistryClient> _client;

    public DiagnosisContext(DoctorOptions options)
    {
        Options = options;
        _configuration = new(() => CredentialProviderConfig.TryLoad(HostPath(Layout!.ConfigurationPath), out var config, out _) ? config : null);
        _client = new(() => new RegistryClient(options, PluginEnvironment));
    }

    public DoctorOptions Options { get; }

    public bool IsThisNode => Options.IsThisNode || Options.Root == "/";

    /// <summary>The node; null if no kubelet was found.</summary>
    public NodeLayout? Layout { get; set; }

    /// <summary>The configuration; null if the kubelet could not read it.</summary>
    public CredentialProviderConfig? Configuration => _configuration.Value;

    /// <summary>The provider for Amazon ECR; null if the configuration has none.</summary>
    public CredentialProvider? Provider => Configuration?.Providers
        .Where(provider => provider.Name.Contains("ecr", StringComparison.OrdinalIgnoreCase))
        .OrderByDescending(provider => provider.Name == DesiredProvider.Name)
        .FirstOrDefault();

    public ImageReference? Reference { get; set; }

    /// <summary>The registry of the image; null if its host is not one of Amazon ECR.</summary>
    public EcrRegistry? Registry { get; set; }

    /// <summary>What the plugin returned for the image.</summary>
    public ImageCredential? Credential { get; set; }

    public RegistryClient Client => _client.Value;

    /// <summary>The environment of the plugin.</summary>
    public IReadOnlyDictionary<string, string> PluginEnvironment
    {
        get
        {
            var environment = new Dictionary<string, string>(Layout?.Environment ?? new Dictionary<string, string>(), StringComparer.Ordinal);
            foreach (var variable in Provider?.Environment ?? [])
            {
                environment[variable.Name] = variable.Value;
            }

            return environment;
        }
    }

    /// <summary>The endpoint of the ECR API that the plugin calls.</summary>
    public Uri ApiEndpoint
    {
        get
        {
            var configured = Variable(Registry!.IsPublic ? "AWS_ENDPOINT_URL_ECR_PUBLIC" : "AWS_ENDPOINT_URL_ECR") ?? Variable("AWS_ENDPOINT_URL");
            return configured is not null && HttpAddress.TryParse(configured, out var address) ? address : Registry.ApiEndpoint;
        }
    }

    public string HostPath(string path) => Layout!.GetHostPath(path);

    /// <summary>The path on the node of a path of this process.</summary>
    public string NodePath(string hostPath) =>
        Layout!.Root != "/" && hostPath.StartsWith($"{Layout.Root}/", StringComparison.Ordinal) ? hostPath[Layout.Root.Length..] : hostPath;

    /// <summary>How the kubelet is restarted.</summary>
    public string RestartCommand => Layout?.Service switch
    {
        null => "restart the kubelet",
        var service when service.StartsWith("snap.", StringComparison.Ordinal) => $"restart the kubelet: snap restart {service["snap.".Length..]}",
        var service => $"restart the kubelet: systemctl restart {service}",
    };

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private string? Variable(string name) => PluginEnvironment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}

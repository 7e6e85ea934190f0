using System.Runtime.Versioning;
using Ecr.Credentials.Aws;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;
using Ecr.Credentials.Kubelet.Diagnosis.Clients;
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
    private readonly Lazy<CredentialInspector> _inspector;
    private readonly Lazy<EcrCredentialProviderOptions> _pluginOptions;
    private readonly Lock _search = new();
    private Task<CredentialFinding>? _credentials;

    public DiagnosisContext(DoctorOptions options)
    {
        Options = options;
        Clients = options.Clients is null ? null : new ClientFindings(options.Clients);
        _configuration = new(() => CredentialProviderConfig.TryLoad(HostPath(Layout!.ConfigurationPath), out var config, out _) ? config : null);
        _client = new(() => new RegistryClient(options, PluginEnvironment));
        _inspector = new(() => new CredentialInspector(Variable, options.TimeProvider, options.TrustStore));
        _pluginOptions = new(() => options.ReadArguments(Provider?.Arguments ?? []) ?? new EcrCredentialProviderOptions());
    }

    public DoctorOptions Options { get; }

    /// <summary>The clients that are examined; null if it is the kubelet.</summary>
    public ClientFindings? Clients { get; }

    public bool IsThisNode => Options.IsThisNode || Options.Root == "/";

    /// <summary>The node; null if no kubelet was found.</summary>
    public NodeLayout? Layout { get; set; }

    /// <summary>The configuration; null if the kubelet could not read it.</summary>
    public CredentialProviderConfig? Configuration => _configuration.Value;

    /// <summary>The provider for Amazon ECR; null if the configuration has none.</summary>
    public CredentialProvider? Provider => Clients is not null ? null : Configuration?.Providers
        .Where(provider => provider.Name.Contains("ecr", StringComparison.OrdinalIgnoreCase))
        .OrderByDescending(provider => provider.Name == DesiredProvider.Name)
        .FirstOrDefault();

    public ImageReference? Reference { get; set; }

    /// <summary>The host of the image; null if none was named.</summary>
    public string? Host => Reference?.Repository.Split('/')[0];

    /// <summary>The registry whose password the plugin returns for the image; null if its host is not one of Amazon ECR.</summary>
    public EcrRegistry? Registry { get; set; }

    /// <summary>What the plugin returned for the image.</summary>
    public ImageCredential? Credential { get; set; }

    public RegistryClient Client => _client.Value;

    public CredentialInspector Inspector => _inspector.Value;

    /// <summary>What the plugin's arguments say.</summary>
    public EcrCredentialProviderOptions PluginOptions => _pluginOptions.Value;

    /// <summary>With which AWS credentials the plugin asks for the image's password.</summary>
    public EcrIdentity Identity => new IdentitySelector(PluginOptions, Variable).Select(Reference!.Repository);

    private string? PluginPath => Clients is not null ? Clients.Program : ExecutableCheck.FindPath(this) is { } path ? HostPath(path) : null;

    /// <summary>Whether the plugin is a script, which may find credentials that only it knows.</summary>
    public bool IsPluginScript => PluginPath is { } path && ProgramFile.Read(path).Kind == ProgramKind.Script;

    /// <summary>The environment of the plugin.</summary>
    public IReadOnlyDictionary<string, string> PluginEnvironment
    {
        get
        {
            if (Clients is not null)
            {
                return Clients.Environment;
            }

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
            try
            {
                return Inspector.GetApiEndpoint(Registry!, Identity);
            }
            catch (EcrCredentialException)
            {
                // Another check says what is wrong with the configuration.
                return Registry!.ApiEndpoint;
            }
        }
    }

    /// <summary>The proxy that the plugin uses for an address; null if none, or it is invalid.</summary>
    public ProxyServer? ProxyFor(Uri address) => EnvironmentProxy.Read(Variable)?.Find(address) is { Error: null } proxy ? proxy : null;

    public string HostPath(string path) => Layout!.GetHostPath(path);

    /// <summary>The path on the node of a path of this process.</summary>
    public string NodePath(string hostPath) =>
        Layout!.Root != "/" && hostPath.StartsWith($"{Layout.Root}/", StringComparison.Ordinal) ? hostPath[Layout.Root.Length..] : hostPath;

    /// <summary>Where a person sets a variable for the plugin.</summary>
    public string EnvironmentName => Clients is null ? "the environment of the kubelet or under the provider's env" : "the environment of the client";

    /// <summary>How the kubelet is restarted.</summary>
    public string RestartCommand => Layout?.Service switch
    {
        null => "restart the kubelet",
        var service when service.StartsWith("snap.", StringComparison.Ordinal) => $"restart the kubelet: snap restart {service["snap.".Length..]}",
        var service => $"restart the kubelet: systemctl restart {service}",
    };

    /// <summary>Looks for the AWS credentials of the plugin, once.</summary>
    public Task<CredentialFinding> FindCredentialsAsync(CancellationToken cancellationToken)
    {
        lock (_search)
        {
            return _credentials ??= CredentialFinding.SearchAsync(Inspector, Registry!, () => Identity, Options.TimeProvider, cancellationToken);
        }
    }

    public void Dispose()
    {
        if (_inspector.IsValueCreated)
        {
            _inspector.Value.Dispose();
        }

        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private string? Variable(string name) => PluginEnvironment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}

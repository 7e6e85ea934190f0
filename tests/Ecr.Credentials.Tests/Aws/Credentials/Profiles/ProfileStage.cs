using System.Net;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Credentials.Profiles;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Emulator;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Aws.Credentials.Profiles;

/// <summary>An isolated home directory, environment and AWS for tests of profiles.</summary>
internal sealed class ProfileStage : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("ecr-profile-tests-");
    private readonly Dictionary<string, string> _environment = [];
    private readonly EmulatorHttpClient? _httpClient;

    /// <param name="emulator">Replaces every service of AWS; null if none may be called.</param>
    public ProfileStage(AwsEmulator? emulator = null)
    {
        _httpClient = emulator is null ? null : new EmulatorHttpClient(emulator);
        _environment["HOME"] = Home;
    }

    public string Home => _home.FullName;

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public ListLogger Logger { get; } = new();

    public CallProgress Progress { get; } = new();

    public CredentialLookup Lookup => new(EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), Settings, Progress, Logger);

    public AwsSettings Settings => AwsSettings.Read(_environment.GetValueOrDefault);

    public ProcessCredentials Process => new(Clock);

    public SharedConfig Files => SharedConfig.Read(_environment.GetValueOrDefault);

    public ProfileStage Set(string variable, string? value)
    {
        _environment.Remove(variable);
        if (value is not null)
        {
            _environment[variable] = value;
        }

        return this;
    }

    /// <summary>Writes a file below the home directory.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public ProfileStage WriteCredentials(string text)
    {
        Write(".aws/credentials", text);
        return this;
    }

    public ProfileStage WriteConfig(string text)
    {
        Write(".aws/config", text);
        return this;
    }

    public async Task<ResolvedCredentials?> FindAsync() => (await Create().FindAsync(Lookup, CancellationToken.None)).Credentials;

    public Task<string> FindReasonAsync() => Create().FindReasonAsync(Lookup);

    public Task<ResolvedCredentials> GetAsync(string profile, CancellationToken cancellationToken = default) =>
        Create().GetAsync(profile, Lookup, cancellationToken);

    public void Dispose()
    {
        _httpClient?.Dispose();
        _home.Delete(recursive: true);
    }

    private ProfileCredentials Create()
    {
        Func<string, string?> environment = _environment.GetValueOrDefault;
        var local = new MetadataHttpClient(Logger, Clock, trustStore: null);
        var sts = new StsClient(_httpClient!, Logger);
        return new ProfileCredentials(
            sts,
            new WebIdentityCredentials(environment, sts),
            new SsoCredentials(_httpClient!, environment, Clock),
            Process,
            new LoginCredentials(_httpClient!, environment, Clock),
            environment,
            new EnvironmentCredentials(environment),
            new InstanceMetadataCredentials(environment, local),
            new ContainerCredentials(environment, local));
    }

    /// <summary>Connects the real host names of AWS to the emulator.</summary>
    private sealed class EmulatorHttpClient : HttpClientFactory, IDisposable
    {
        private readonly HttpClient _client;

        public EmulatorHttpClient(AwsEmulator emulator)
        {
            var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            trust.CustomTrustStore.ImportFromPem(emulator.CertificateAuthorityPem);
            _client = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy(emulator.ProxyAddress), SslOptions = { CertificateChainPolicy = trust } });
        }

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public void Dispose() => _client.Dispose();
    }
}

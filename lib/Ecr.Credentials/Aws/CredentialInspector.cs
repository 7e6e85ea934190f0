using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Ecr;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Aws;

/// <summary>Finds out how a program with a given environment calls AWS: with which credentials, and at which addresses. Thread-safe.</summary>
internal sealed class CredentialInspector : IDisposable
{
    private readonly Func<string, string?> _environment;
    private readonly AwsHttpClientFactory _httpClientFactory;
    private readonly MetadataHttpClient _metadataHttpClient;
    private readonly CredentialResolver _credentials;

    /// <param name="environment">The program's environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="trustStore">Decides which servers are trusted; .NET if <see langword="null"/>.</param>
    public CredentialInspector(Func<string, string?> environment, TimeProvider timeProvider, LazyTrustStore? trustStore)
    {
        _environment = environment;
        var bundle = environment("AWS_CA_BUNDLE");
        _httpClientFactory = new AwsHttpClientFactory(NullLogger.Instance, timeProvider, trustStore, environment, bundle);
        _metadataHttpClient = new MetadataHttpClient(NullLogger.Instance, timeProvider, trustStore, profileBundle: bundle);
        _credentials = CredentialResolver.Create(environment, _httpClientFactory, _metadataHttpClient, timeProvider, NullLogger.Instance);
    }

    /// <summary>Whether the instance metadata service is not used.</summary>
    public bool IsInstanceMetadataDisabled =>
        string.Equals(_environment(InstanceMetadataCredentials.DisabledVariable), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address of the instance metadata service.</summary>
    /// <exception cref="EcrCredentialException">A setting is invalid.</exception>
    public Uri GetInstanceMetadataEndpoint(EcrIdentity identity) => InstanceMetadataCredentials.GetEndpoint(ReadSettings(identity));

    /// <summary>The endpoint of the ECR API.</summary>
    /// <exception cref="EcrCredentialException">A setting is invalid.</exception>
    public Uri GetApiEndpoint(EcrRegistry registry, EcrIdentity identity)
    {
        var settings = ReadSettings(identity);
        return new EcrServiceConfig(registry, settings, _httpClientFactory).Endpoint;
    }

    /// <summary>Looks for credentials.</summary>
    /// <exception cref="EcrCredentialException">There are none, or the configuration is invalid.</exception>
    public async Task<ResolvedCredentials> FindAsync(
        EcrRegistry registry, EcrIdentity identity, CallProgress progress, CancellationToken cancellationToken)
    {
        var lookup = new CredentialLookup(registry, ReadSettings(identity), progress, NullLogger.Instance);
        return await _credentials.ResolveAsync(identity, lookup, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets the ARN of a caller with these credentials.</summary>
    /// <exception cref="EcrCredentialException">STS rejects the credentials, or does not answer.</exception>
    public Task<string> GetArnAsync(ResolvedCredentials credentials, EcrRegistry registry, EcrIdentity identity, CancellationToken cancellationToken)
    {
        var settings = ReadSettings(identity);
        var sts = new StsClient(_httpClientFactory.For(settings), NullLogger.Instance);
        return sts.GetCallerArnAsync(credentials.ToFixedCredentials(), registry, settings, new CallProgress(), cancellationToken);
    }

    public void Dispose()
    {
        _httpClientFactory.Dispose();
        _metadataHttpClient.Dispose();
    }

    private AwsSettings ReadSettings(EcrIdentity identity) =>
        AwsSettings.Read(_environment, (identity.Value as EcrIdentity.ProfileChoice)?.Name);
}

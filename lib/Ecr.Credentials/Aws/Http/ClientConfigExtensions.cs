using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Ecr.Credentials.Aws.Configuration;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Http;

internal static class ClientConfigExtensions
{
    /// <summary>Sets everything that the SDK would otherwise look for in variables and files.</summary>
    /// <exception cref="EcrCredentialException">A setting is invalid.</exception>
    public static T Apply<T>(this T config, AwsSettings settings)
        where T : ClientConfig
    {
        settings.CheckDefaultsMode();
        config.DefaultConfigurationMode = DefaultConfigurationMode.Standard;
        config.IgnoreConfiguredEndpointUrls = true;
        config.UseFIPSEndpoint = settings.UseFips;
        config.UseDualstackEndpoint = settings.UseDualStack;
        config.RetryMode = settings.IsRetryAdaptive ? RequestRetryMode.Adaptive : RequestRetryMode.Standard;
        config.MaxErrorRetry = settings.MaxAttempts - 1;
        config.MaxStaleConnectionRetries = 0; // Ten by default, for any connection that breaks, beyond the attempts.
        config.ClientAppId = settings.AppId ?? "";
        if (config.HttpClientFactory is AwsHttpClientFactory httpClientFactory)
        {
            config.HttpClientFactory = httpClientFactory.For(settings);
        }

        // Features that the services called here do not have.
        config.AccountIdEndpointMode = AccountIdEndpointMode.DISABLED;
        config.AuthSchemePreference = [];
        config.DisableClockSkewCorrection = false;
        config.DisableRequestCompression = true;
        config.EndpointDiscoveryEnabled = false;
        config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
        config.RequestMinCompressionSizeBytes = 0;
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        config.SigV4aSigningRegionSet = [];
        return config;
    }

    /// <summary>
    /// Lets a configured endpoint override the FIPS and dual-stack settings, which cannot apply to it. The SDK's own rules reject the combination.
    /// </summary>
    /// <param name="config">The configuration of a client.</param>
    /// <param name="settings">The AWS settings.</param>
    /// <param name="logger">Receives the endpoint and where it is configured.</param>
    /// <exception cref="EcrCredentialException">The endpoint is invalid.</exception>
    public static T ApplyEndpoint<T>(this T config, AwsSettings settings, ILogger logger)
        where T : ClientConfig
    {
        if (settings.FindEndpoint(config.ServiceId) is { } endpoint)
        {
            config.EndpointProvider = new ConfiguredEndpoint(endpoint);
            SettingsLog.EndpointInEffect(logger, settings, config.ServiceId);
        }

        return config;
    }

    private sealed class ConfiguredEndpoint(Uri address) : IEndpointProvider
    {
        public Endpoint ResolveEndpoint(EndpointParameters parameters) => new(address.AbsoluteUri);
    }
}

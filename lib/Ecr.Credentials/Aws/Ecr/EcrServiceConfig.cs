using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Util.Internal;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Aws.Ecr;

/// <summary>
/// The configuration of <see cref="EcrServiceClient"/>. Carries the service ids of AWS's own clients, so that the settings for those
/// (<c>AWS_ENDPOINT_URL_ECR</c> and so on) apply here too.
/// </summary>
internal sealed class EcrServiceConfig : ClientConfig, IEndpointProvider
{
    private readonly EcrRegistry _registry;
    private readonly Uri? _configuredEndpoint;

    /// <exception cref="EcrCredentialException">A setting is invalid.</exception>
    public EcrServiceConfig(EcrRegistry registry, AwsSettings settings, HttpClientFactory httpClientFactory)
        : base(ServiceDefaults.Provider)
    {
        _registry = registry;
        ServiceId = registry.IsPublic ? "ECR PUBLIC" : "ECR";
        AuthenticationServiceName = registry.IsPublic ? "ecr-public" : "ecr";
        UserAgent = $"{InternalSDKUtils.BuildUserAgentString(ServiceId, ProductVersion.Text)} lib/Ecr.Credentials#{ProductVersion.Text}";

        // Without a region the SDK would look for one, in the end at the instance metadata service.
        RegionEndpoint = RegionEndpoint.GetBySystemName(registry.Region);
        AuthenticationRegion = registry.Region;

        HttpClientFactory = httpClientFactory;
        this.Apply(settings);
        _configuredEndpoint = settings.FindEndpoint(ServiceId);
        EndpointProvider = this;
    }

    /// <summary>The call, described for messages.</summary>
    public AwsCallDescription Call => AwsCallDescription.OfToken(Endpoint, _registry);

    public override string RegionEndpointServiceName => _registry.IsPublic ? "api.ecr-public" : "api.ecr";

    public override string ServiceVersion => _registry.IsPublic ? "2020-10-30" : "2015-09-21";

    public override string UserAgent { get; }

    /// <summary>
    /// Where calls go. A configured endpoint overrides the FIPS and dual-stack settings, which cannot apply to it; otherwise each of them is on if the
    /// registry host or the configuration says so.
    /// </summary>
    public Uri Endpoint =>
        _configuredEndpoint
            ?? _registry.GetApiEndpoint(_registry.IsFips || UseFIPSEndpoint, _registry.IsDualStack || UseDualstackEndpoint);

    public Endpoint ResolveEndpoint(EndpointParameters parameters) => new(Endpoint.AbsoluteUri);

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => new(Endpoint.AbsoluteUri);
}

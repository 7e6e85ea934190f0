using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Util.Internal;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>
/// The configuration of <see cref="SigninServiceClient"/>. Carries the service id of AWS's own client, so that <c>AWS_ENDPOINT_URL_SIGNIN</c> applies
/// here too.
/// </summary>
internal sealed class SigninServiceConfig : ClientConfig, IEndpointProvider
{
    private readonly string _region;

    /// <param name="registry">The registry that is called afterwards: its region is the default.</param>
    /// <param name="settings">The AWS settings.</param>
    /// <param name="httpClientFactory">Provides the HTTP client.</param>
    /// <exception cref="EcrCredentialException">A setting is invalid.</exception>
    public SigninServiceConfig(EcrRegistry registry, AwsSettings settings, HttpClientFactory httpClientFactory)
        : base(ServiceDefaults.Provider)
    {
        _region = settings.Region ?? registry.Region;
        var partition = AwsPartition.FromRegion(_region) ?? throw EcrCredentialException.InvalidConfiguration(
            $"the region {MessageText.Quote(_region)} of the AWS configuration is not a valid AWS region: correct AWS_REGION or the profile's region");
        ServiceId = "SIGNIN";
        AuthenticationServiceName = "signin";
        UserAgent = $"{InternalSDKUtils.BuildUserAgentString(ServiceId, ProductVersion.Text)} lib/Ecr.Credentials#{ProductVersion.Text}";
        RegionEndpoint = RegionEndpoint.GetBySystemName(_region);
        AuthenticationRegion = _region;
        HttpClientFactory = httpClientFactory;
        this.Apply(settings);
        Endpoint = settings.FindEndpoint(ServiceId) ?? SigninEndpoint.Get(_region, partition, settings.UseFips, settings.UseDualStack);
        EndpointProvider = this;
    }

    public override string RegionEndpointServiceName => "signin";

    public override string ServiceVersion => "2023-01-01";

    public override string UserAgent { get; }

    /// <summary>Where calls go.</summary>
    public Uri Endpoint { get; }

    /// <summary>The call, described for messages.</summary>
    public AwsCallDescription Call => new(Endpoint, _region, "Allow signin:CreateOAuth2Token for the user or role.");

    public Endpoint ResolveEndpoint(EndpointParameters parameters) => new(Endpoint.AbsoluteUri);

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => new(Endpoint.AbsoluteUri);
}

using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Ecr;

/// <summary>The first entry of <c>authorizationData</c>; all members are <see langword="null"/> if there is none.</summary>
internal sealed class GetAuthorizationTokenResponse : AmazonWebServiceResponse
{
    public string? AuthorizationToken { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public string? ProxyEndpoint { get; set; }
}

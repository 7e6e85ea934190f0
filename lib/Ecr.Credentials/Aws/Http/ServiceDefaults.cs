using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Ecr.Credentials.Aws.Http;

/// <summary>The SDK's standard mode, the default of every AWS SDK today, for service clients that are not the SDK's.</summary>
internal static class ServiceDefaults
{
    public static IDefaultConfigurationProvider Provider { get; } =
        new DefaultConfigurationProvider([new DefaultConfiguration { Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard }]);
}

using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Http;

internal static class ClientConfigExtensions
{
    /// <summary>
    /// Lets an endpoint that the user configured win over the FIPS and dual-stack marks, which could not apply to it. The SDK takes both together for a mistake.
    /// </summary>
    public static T PreferConfiguredEndpoint<T>(this T config)
        where T : ClientConfig
    {
        if (config.ServiceURL is not null)
        {
            config.UseFIPSEndpoint = false;
            config.UseDualstackEndpoint = false;
        }

        return config;
    }
}

using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Http;

internal static class ClientConfigExtensions
{
    /// <summary>
    /// Lets a configured endpoint override the FIPS and dual-stack settings, which cannot apply to it. The SDK rejects the combination.
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

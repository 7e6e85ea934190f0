using Amazon;

namespace Ecr.Credentials.Aws.Http;

/// <summary>The SDK's client-side monitoring, which sends a datagram for each call to an agent on the machine.</summary>
internal static class ClientSideMonitoring
{
    /// <summary>
    /// Turns it off in this process, for programs only: the first client of the SDK would otherwise look for its settings in variables and files.
    /// </summary>
    public static void Disable() => AWSConfigs.CSMConfig.CSMEnabled = false;
}

using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Plugins;

namespace Ecr.Credentials.Kubelet.Tests.Samples;

/// <summary>Pulls an image with the credentials that the kubelet would use.</summary>
internal static class ImagePuller
{
    /// <param name="configPath">The kubelet's <c>--image-credential-provider-config</c>.</param>
    /// <param name="binDirectory">The kubelet's <c>--image-credential-provider-bin-dir</c>.</param>
    /// <param name="image">The image.</param>
    /// <param name="tryPull">Pulls an image with user name and password; false if the registry refuses them.</param>
    public static async Task<bool> PullAsync(string configPath, string binDirectory, string image, Func<string, string, string, Task<bool>> tryPull)
    {
        var config = CredentialProviderConfig.Load(configPath);
        using var kubelet = new KubeletCredentials(config.Providers, binDirectory);

        foreach (var credential in await kubelet.GetAsync(image))
        {
            if (await tryPull(image, credential.Username, credential.Password))
            {
                return true;
            }
        }

        return false;
    }
}

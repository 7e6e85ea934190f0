using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Samples;

/// <summary>Adds the provider for Amazon ECR to a configuration.</summary>
internal static class EcrProvider
{
    public static string AddTo(string text)
    {
        var provider = new CredentialProvider
        {
            Name = "ecr-credential-provider",
            MatchImages = ["*.dkr.ecr.*.amazonaws.com", "public.ecr.aws"],
            DefaultCacheDuration = TimeSpan.FromHours(12),
            ApiVersion = "credentialprovider.kubelet.k8s.io/v1",
            Environment = [new ExecEnvironmentVariable("AWS_PROFILE", "pull")],
        };
        var edited = CredentialProviderConfigEditor.Set(text, provider);
        return edited;
    }
}

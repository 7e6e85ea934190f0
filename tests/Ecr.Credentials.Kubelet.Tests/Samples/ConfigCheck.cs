using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Samples;

/// <summary>Prints what is wrong with a configuration.</summary>
internal static class ConfigCheck
{
    public static void Print(string path, string binDirectory, TextWriter output)
    {
        if (CredentialProviderConfig.TryLoad(path, out var config, out var problems))
        {
            problems = config.Validate(KubernetesVersion.Parse("1.34"));
        }

        foreach (var problem in problems)
        {
            // Such as: config.yaml:5:16: matchImages is empty; add a pattern
            output.WriteLine(problem);
        }

        foreach (var warning in CredentialProviderConfig.Lint(path, binDirectory))
        {
            // What the kubelet accepts although it does not work.
            output.WriteLine(warning);
        }
    }
}

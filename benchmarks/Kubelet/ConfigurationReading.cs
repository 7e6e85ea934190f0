using System.Text;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Benchmarks.Kubelet;

/// <summary>The kubelet's configuration with many providers, from bytes to its verdict.</summary>
public class ConfigurationReading
{
    private byte[] _yaml = null!;

    [Params(1, 100)]
    public int Providers { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var text = new StringBuilder("apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n");
        for (var i = 0; i < Providers; i++)
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"""
                - name: ecr-credential-provider-{i}
                  matchImages:
                  - "*.dkr.ecr.*.amazonaws.com"
                  - "*.dkr-ecr.*.on.aws"
                  - public.ecr.aws
                  defaultCacheDuration: 12h
                  apiVersion: credentialprovider.kubelet.k8s.io/v1
                  args: [get-credentials]
                  env:
                  - name: AWS_PROFILE
                    value: team-{i}

                """);
        }

        _yaml = Encoding.UTF8.GetBytes(text.ToString());
    }

    [Benchmark(Description = "CredentialProviderConfig")]
    public int Read() => CredentialProviderConfig.Parse(_yaml, "config.yaml").Validate(KubernetesVersion.Latest).Count;
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Kubelet.Plugins;

namespace Ecr.Credentials.Benchmarks.Kubelet;

/// <summary>Asking for the credentials of an image whose plugins' answers are cached.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "BenchmarkDotNet calls the clean-up.")]
[UnsupportedOSPlatform("windows")]
public class KubeletCredentialsLookup
{
    private const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2.3";

    private PluginFolder _plugins = null!;
    private KubeletCredentials _credentials = null!;

    [Params(1, 5)]
    public int Providers { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _plugins = new PluginFolder();
        _credentials = new KubeletCredentials([.. Enumerable.Repeat(PluginFolder.Provider, Providers)], _plugins.Path);
        _credentials.GetAsync(Image).AsTask().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _credentials.Dispose();
        _plugins.Dispose();
    }

    [Benchmark(Description = "GetAsync, cached")]
    public IReadOnlyList<ImageCredential>? Get()
    {
        var getting = _credentials.GetAsync(Image);
        return getting.IsCompletedSuccessfully ? getting.Result : null;
    }

    [Benchmark(Description = "ExplainAsync, cached")]
    public Task<CredentialExplanation> Explain() => _credentials.ExplainAsync(Image);
}

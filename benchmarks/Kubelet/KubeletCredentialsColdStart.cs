using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Kubelet.Plugins;

namespace Ecr.Credentials.Benchmarks.Kubelet;

/// <summary>Concurrent callers for an image that is not cached. They share one execution of the plugin.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "BenchmarkDotNet calls the clean-up.")]
[UnsupportedOSPlatform("windows")]
public class KubeletCredentialsColdStart
{
    private const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2.3";

    private PluginFolder _plugins = null!;
    private KubeletCredentials _credentials = null!;

    [Params(1, 10_000)]
    public int Callers { get; set; }

    [GlobalSetup]
    public void Prepare() => _plugins = new PluginFolder();

    [IterationSetup]
    public void Forget()
    {
        _credentials?.Dispose();
        _credentials = new KubeletCredentials([PluginFolder.Provider], _plugins.Path);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _credentials.Dispose();
        _plugins.Dispose();
    }

    /// <summary>How many callers got a credential.</summary>
    [Benchmark(Description = "GetAsync, cold")]
    public async Task<int> Get()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () => await _credentials.GetAsync(Image))));
        return answers.Count(answer => answer.Count == 1);
    }
}

using BenchmarkDotNet.Running;
using Ecr.Credentials.Benchmarks.Caching;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>Runs every caching benchmark once to keep it working and checks that it gets a token.</summary>
public sealed class CachingBenchmarkTests
{
    public static IEnumerable<TestCaseData> Benchmarks =>
        from type in typeof(TokenCacheHit).Assembly.GetExportedTypes()
        where type.Namespace == typeof(TokenCacheHit).Namespace
        from benchmark in BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases
        select new TestCaseData(benchmark).SetArgDisplayNames(type.Name, benchmark.Descriptor.WorkloadMethod.Name, benchmark.Parameters.PrintInfo);

    [TestCaseSource(nameof(Benchmarks))]
    public async Task Every_benchmark_runs_and_gets_a_token(BenchmarkCase benchmark)
    {
        var instance = Activator.CreateInstance(benchmark.Descriptor.Type)!;
        foreach (var parameter in benchmark.Parameters.Items)
        {
            benchmark.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        benchmark.Descriptor.GlobalSetupMethod!.Invoke(instance, null);
        benchmark.Descriptor.IterationSetupMethod?.Invoke(instance, null);
        var answer = benchmark.Descriptor.WorkloadMethod.Invoke(instance, null);
        var tokens = answer is Task<int> calls ? await calls : 1;
        benchmark.Descriptor.GlobalCleanupMethod!.Invoke(instance, null);

        Assert.That(answer, Is.Not.Null);
        Assert.That(tokens, Is.Positive);
    }

    [Test]
    public void At_least_one_benchmark_exists() => Assert.That(Benchmarks, Is.Not.Empty);
}

using System.Reflection;
using BenchmarkDotNet.Running;
using Ecr.Credentials.Benchmarks.Matching;

namespace Ecr.Credentials.Tests.Matching;

/// <summary>Runs every matching benchmark once to keep it working and checks that it computes the right result.</summary>
public sealed class MatchingBenchmarkTests
{
    public static IEnumerable<TestCaseData> Benchmarks =>
        from type in typeof(KubeletAlgorithm).Assembly.GetExportedTypes()
        where type.Namespace == typeof(KubeletAlgorithm).Namespace
        from benchmark in BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases
        select new TestCaseData(benchmark)
            .SetArgDisplayNames(type.Name, benchmark.Descriptor.WorkloadMethod.Name, benchmark.Parameters.PrintInfo);

    [TestCaseSource(nameof(Benchmarks))]
    public void Every_benchmark_runs_and_returns_the_right_result(BenchmarkCase benchmark)
    {
        var instance = Activator.CreateInstance(benchmark.Descriptor.Type)!;
        foreach (var parameter in benchmark.Parameters.Items)
        {
            benchmark.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        benchmark.Descriptor.GlobalSetupMethod!.Invoke(instance, null);
        var answer = benchmark.Descriptor.WorkloadMethod.Invoke(instance, null);

        Assert.That(answer, Is.EqualTo(Expected(instance, benchmark.Descriptor.WorkloadMethod)));
    }

    [Test]
    public void At_least_one_benchmark_exists() => Assert.That(Benchmarks, Is.Not.Empty);

    private static object Expected(object instance, MethodInfo method) => instance switch
    {
        ImagePatternMatching single => single.Case.Expected,
        ImagePatternSetMatching set => method.Name == nameof(ImagePatternSetMatching.NoMatch) ? -1 : set.Count / 2,
        WorstCaseMatching => false,
        _ => throw new ArgumentException($"No expected result for \"{instance.GetType()}\".", nameof(instance)),
    };
}

using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Perfolizer.Mathematics.OutlierDetection;

namespace Ecr.Credentials.Benchmarks;

/// <summary>
/// Uses short iterations, because only ratios within a run matter, but enough of them to discard those disturbed by other processes.
/// Always measures allocations, and exports a GitHub table for <c>results</c>.
/// </summary>
internal sealed class BenchmarkConfig : ManualConfig
{
    public BenchmarkConfig()
    {
        // In process, so that a run does not need a build.
        AddJob(Job.Default
            .WithWarmupCount(15)
            .WithIterationCount(15)
            .WithIterationTime(TimeInterval.FromMilliseconds(40))
            .WithOutlierMode(OutlierMode.RemoveUpper)
            .WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
        WithSummaryStyle(SummaryStyle.Default.WithRatioStyle(RatioStyle.Trend));
    }
}

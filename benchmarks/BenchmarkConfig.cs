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
/// Short iterations, because ratios within a run are meaningful, but enough of them to drop those that another process disturbed;
/// allocations always; a GitHub table to keep under <c>results</c>.
/// </summary>
internal sealed class BenchmarkConfig : ManualConfig
{
    public BenchmarkConfig()
    {
        // In process, so that nothing has to be built for a run.
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

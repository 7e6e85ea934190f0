using Ecr.Credentials.Benchmarks.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

/// <summary>Runs every benchmark of the protocol once, so that none rots.</summary>
public sealed class ProtocolBenchmarkTests
{
    [Test]
    public void Reading_gives_the_same_image()
    {
        var benchmark = new RequestReading();
        benchmark.Prepare();

        Assert.That(benchmark.Request(), Is.EqualTo(benchmark.Generated()).And.Not.Empty);
    }

    [Test]
    public void Writing_gives_a_response_of_the_same_length()
    {
        var benchmark = new ResponseWriting();
        benchmark.Prepare();

        // The line feed at the end is the kubelet's own habit.
        Assert.That(benchmark.Response(), Is.EqualTo(benchmark.Generated() + 1));
    }
}

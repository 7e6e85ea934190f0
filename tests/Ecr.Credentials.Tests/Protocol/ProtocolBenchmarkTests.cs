using Ecr.Credentials.Benchmarks.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

/// <summary>Runs every protocol benchmark once to keep it working.</summary>
public sealed class ProtocolBenchmarkTests
{
    [Test]
    public void Both_readers_return_the_same_image()
    {
        var benchmark = new RequestReading();
        benchmark.Prepare();

        Assert.That(benchmark.Request(), Is.EqualTo(benchmark.Generated()).And.Not.Empty);
    }

    [Test]
    public void Both_writers_write_a_response_of_the_same_length()
    {
        var benchmark = new ResponseWriting();
        benchmark.Prepare();

        // Like the kubelet, Response() ends the line with a line feed.
        Assert.That(benchmark.Response(), Is.EqualTo(benchmark.Generated() + 1));
    }
}

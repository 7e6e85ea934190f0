using System.Buffers;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class AllocationTests
{
    private const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";

    [Test]
    public void Parsing_a_request_allocates_only_the_request_and_its_image()
    {
        var json = new ArrayBufferWriter<byte>();
        new CredentialProviderRequest { Image = Image }.WriteTo(json);

        var result = Measure(() => new CredentialProviderRequest { Image = new string(Image) });
        var parsed = Measure(() => CredentialProviderRequest.Parse(json.WrittenSpan));

        Assert.That(parsed, Is.LessThanOrEqualTo(result));
    }

    [Test]
    public void Writing_a_response_allocates_nothing()
    {
        var output = new ArrayBufferWriter<byte>(1 << 14);
        var response = new CredentialProviderResponse
        {
            CacheKeyType = CacheKeyType.Registry,
            CacheDuration = new TimeSpan(5, 59, 59),
            Auth = new Dictionary<string, RegistryCredential> { [Image] = new("AWS", new string('x', 1800)) },
        };

        var written = Measure(() =>
        {
            output.ResetWrittenCount();
            response.WriteTo(output);
            return response;
        });

        Assert.That(output.WrittenCount, Is.GreaterThan(1800));
        Assert.That(written, Is.Zero);
    }

    // In bytes. One-time allocations, such as those of type initializers, are made by the warm-up runs.
    private static long Measure(Func<object> action)
    {
        for (var i = 0; i < 100; i++)
        {
            GC.KeepAlive(action());
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(action());
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

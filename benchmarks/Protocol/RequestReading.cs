using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Benchmarks.Protocol;

/// <summary>Parses a kubelet request.</summary>
public class RequestReading
{
    private byte[] _json = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var json = new ArrayBufferWriter<byte>();
        new CredentialProviderRequest { Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app" }.WriteTo(json);
        _json = json.WrittenSpan.ToArray();
    }

    [Benchmark(Baseline = true, Description = "System.Text.Json, generated")]
    public string Generated() => JsonSerializer.Deserialize(_json, JsonShapes.Default.JsonRequest)!.Image;

    [Benchmark(Description = "CredentialProviderRequest")]
    public string Request() => CredentialProviderRequest.Parse(_json).Image;
}

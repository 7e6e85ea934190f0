using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Benchmarks.Protocol;

/// <summary>The response with a password of realistic length, from an object to bytes in an existing buffer.</summary>
public class ResponseWriting
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly ArrayBufferWriter<byte> _output = new(1 << 14);
    private JsonResponse _generated = null!;
    private CredentialProviderResponse _response = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var password = Convert.ToBase64String(new byte[1350]);
        _generated = new JsonResponse(
            "CredentialProviderResponse",
            "credentialprovider.kubelet.k8s.io/v1",
            "Registry",
            "5h59m59s",
            new() { [Host] = new JsonAuth("AWS", password) });
        _response = new CredentialProviderResponse
        {
            CacheKeyType = CacheKeyType.Registry,
            CacheDuration = new TimeSpan(5, 59, 59),
            Auth = new Dictionary<string, RegistryCredential> { [Host] = new("AWS", password) },
        };
    }

    [Benchmark(Baseline = true, Description = "System.Text.Json, generated")]
    public int Generated()
    {
        _output.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(_output);
        JsonSerializer.Serialize(writer, _generated, JsonShapes.Default.JsonResponse);
        return _output.WrittenCount;
    }

    [Benchmark(Description = "CredentialProviderResponse")]
    public int Response()
    {
        _output.ResetWrittenCount();
        _response.WriteTo(_output);
        return _output.WrittenCount;
    }
}

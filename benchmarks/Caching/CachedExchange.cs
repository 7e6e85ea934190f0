using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Caching.Memory;

namespace Ecr.Credentials.Benchmarks.Caching;

/// <summary>From the kubelet's request to the response with a cached token: everything that a long-running host does for a pull.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "BenchmarkDotNet calls the clean-up.")]
public class CachedExchange
{
    private const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";

    private readonly ArrayBufferWriter<byte> _output = new(1 << 14);
    private byte[] _json = null!;
    private MemoryCache _memoryCache = null!;
    private EcrTokenKey _key = null!;
    private EcrTokenCache _tokens = null!;
    private EcrCredentialProvider _provider = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var json = new ArrayBufferWriter<byte>();
        new CredentialProviderRequest { Image = Image }.WriteTo(json);
        _json = json.WrittenSpan.ToArray();

        _memoryCache = new MemoryCache(new MemoryCacheOptions());
        _key = new EcrTokenKey(this, EcrRegistry.Parse(Image), EcrIdentity.Default);
        _memoryCache.Set(_key, new object());

        _tokens = new EcrTokenCache(new InstantTokenSource());
        _provider = new EcrCredentialProvider(_tokens);
        _provider.GetAuthAsync(Image).AsTask().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _provider.Dispose();
        _tokens.Dispose();
        _memoryCache.Dispose();
    }

    [Benchmark(Baseline = true, Description = "MemoryCache.TryGetValue")]
    public object? Memory() => _memoryCache.TryGetValue(_key, out var value) ? value : null;

    [Benchmark(Description = "Request to response")]
    public object? Exchange()
    {
        _output.ResetWrittenCount();
        var answer = _provider.GetCredentialsAsync(CredentialProviderRequest.Parse(_json));
        if (!answer.IsCompletedSuccessfully)
        {
            return null;
        }

        answer.Result.WriteTo(_output);
        return _output;
    }
}

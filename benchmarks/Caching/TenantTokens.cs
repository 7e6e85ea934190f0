using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Amazon.Runtime;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;

namespace Ecr.Credentials.Benchmarks.Caching;

/// <summary>One cache for many tenants: a hit with an identity that is created anew. EcrTokenCacheTenantTests measure its memory.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "BenchmarkDotNet calls the clean-up.")]
public class TenantTokens
{
    private static readonly EcrRegistry Registry = EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    private static readonly BasicAWSCredentials Credentials = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private EcrTokenCache _cache = null!;
    private string[] _tenants = null!;
    private int _next;

    [Params(500, 50_000)]
    public int Tenants { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _tenants = [.. Enumerable.Range(0, Tenants).Select(tenant => tenant.ToString(CultureInfo.InvariantCulture))];
        _cache = new EcrTokenCache(new InstantTokenSource(), new EcrTokenCacheOptions { SizeLimit = Tenants });
        FillAsync(_cache).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void CleanUp() => _cache.Dispose();

    [Benchmark(Description = "A hit of the next tenant")]
    public EcrToken? Hit()
    {
        _next = (_next + 1) % _tenants.Length;
        var hit = _cache.GetTokenAsync(Request(_tenants[_next]));
        return hit.IsCompletedSuccessfully ? hit.Result : null;
    }

    private static EcrTokenRequest Request(string tenant) => new(Registry) { Identity = EcrIdentity.Credentials(Credentials, tenant) };

    private async Task FillAsync(EcrTokenCache cache)
    {
        foreach (var tenant in _tenants)
        {
            await cache.GetTokenAsync(Request(tenant));
        }
    }
}

using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Benchmarks.Caching;

/// <summary>Returns a token of the size and lifetime of ECR's, from another thread as a call to AWS would.</summary>
internal sealed class InstantTokenSource : IEcrTokenSource
{
    private readonly string _password = new('p', 2_600);

    public async ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return new EcrToken("AWS", _password, TimeProvider.System.GetUtcNow().AddHours(12));
    }
}

using System.ComponentModel;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Benchmarks.Caching;

/// <summary>What the peers keep. Marked immutable, because HybridCache would otherwise make a copy for each hit.</summary>
[ImmutableObject(true)]
internal sealed class CachedToken(EcrToken token)
{
    public EcrToken Token { get; } = token;
}

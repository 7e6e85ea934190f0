using System.ComponentModel;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Benchmarks.Caching;

/// <summary>The value that the peers cache. Marked immutable, because HybridCache would otherwise copy it on each hit.</summary>
[ImmutableObject(true)]
internal sealed class CachedToken(EcrToken token)
{
    public EcrToken Token { get; } = token;
}

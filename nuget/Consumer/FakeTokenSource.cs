using Ecr.Credentials.Tokens;

namespace Consumer;

/// <summary>Returns a fixed password without calling AWS.</summary>
internal sealed class FakeTokenSource(DateTimeOffset expiresAt) : IEcrTokenSource
{
    public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new EcrToken("AWS", "fake-password", expiresAt));
}

using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Support;

/// <summary>Returns tokens that the test chooses and records the requests.</summary>
internal sealed class FakeTokenSource(Func<EcrTokenRequest, CancellationToken, Task<EcrToken>> answer) : IEcrTokenSource
{
    public const string Password = "hunter2-secret";

    private readonly List<EcrTokenRequest> _requests = [];

    public FakeTokenSource(DateTimeOffset? expiresAt)
        : this((_, _) => Task.FromResult(new EcrToken("AWS", Password, expiresAt)))
    {
    }

    public IReadOnlyList<EcrTokenRequest> Requests => _requests;

    public static FakeTokenSource Failing(EcrCredentialErrorReason reason) =>
        new((_, _) => throw new EcrCredentialException(reason, $"It is {reason}. Do something."));

    /// <summary>Never completes until it is canceled.</summary>
    public static FakeTokenSource Hanging(TaskCompletionSource asked) =>
        new(async (_, cancellationToken) =>
        {
            asked.SetResult();
            var never = new TaskCompletionSource<EcrToken>();
            return await never.Task.WaitAsync(cancellationToken);
        });

    public async ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        _requests.Add(request);
        return await answer(request, cancellationToken);
    }
}

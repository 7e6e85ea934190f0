using System.Threading.Channels;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>A token source whose calls do not complete until the test completes them.</summary>
internal sealed class GatedTokenSource : IEcrTokenSource
{
    // Reached only if a test fails.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public async Task<Call> NextCallAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(Timeout);

    public async ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _count);
        var call = new Call(request, cancellationToken);
        _calls.Writer.TryWrite(call);
        return await call.Answered;
    }

    internal sealed class Call
    {
        private readonly TaskCompletionSource<EcrToken> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Call(EcrTokenRequest request, CancellationToken cancellationToken)
        {
            Request = request;
            CancellationToken = cancellationToken;
            cancellationToken.Register(_cancelled.SetResult);
        }

        public EcrTokenRequest Request { get; }

        public CancellationToken CancellationToken { get; }

        public Task<EcrToken> Answered => _answer.Task;

        /// <summary>Completes when the cache has canceled the call, which itself ignores cancellation.</summary>
        public Task Cancelled => _cancelled.Task.WaitAsync(Timeout);

        public void Answer(EcrToken token) => _answer.SetResult(token);

        public void Fail(Exception exception) => _answer.SetException(exception);
    }
}

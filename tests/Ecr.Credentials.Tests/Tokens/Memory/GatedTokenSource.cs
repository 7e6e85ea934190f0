using System.Threading.Channels;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>A source whose calls wait until the test answers them.</summary>
internal sealed class GatedTokenSource : IEcrTokenSource
{
    // Only a test that fails waits for so long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public async Task<Call> NextCallAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(Patience);

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

        /// <summary>Ends when the cache has cancelled the call, which itself takes no notice.</summary>
        public Task Cancelled => _cancelled.Task.WaitAsync(Patience);

        public void Answer(EcrToken token) => _answer.SetResult(token);

        public void Fail(Exception exception) => _answer.SetException(exception);
    }
}

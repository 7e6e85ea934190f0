using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>One call of a cache's source, shared by everyone who waits for its answer.</summary>
/// <param name="request">What is asked for: the request of whoever came first.</param>
/// <param name="key">The key of the answer.</param>
/// <param name="isRefresh">Whether it runs in the background, for a token that is still good, and so for no caller.</param>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Without a timer the cancellation source holds nothing, and a source that is left behind may still use its token.")]
internal sealed class EcrTokenFetch(EcrTokenRequest request, EcrTokenKey key, bool isRefresh)
{
    private readonly CancellationTokenSource _cancellation = new();

    // Callers continue on threads of their own, never inside the call that completes them.
    private readonly TaskCompletionSource<EcrTokenEntry> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _isAbandoned;

    public EcrTokenRequest Request { get; } = request;

    public EcrTokenKey Key { get; } = key;

    public bool IsRefresh { get; } = isRefresh;

    /// <summary>The trace of the caller who came first. A refresh begins a trace of its own, since no caller's work waits for it.</summary>
    public ActivityContext Parent { get; } = isRefresh ? default : Activity.Current?.Context ?? default;

    /// <summary>Who waits. Guarded by the cache's lock.</summary>
    public int Callers { get; set; }

    public Task<EcrTokenEntry> Answer => _completion.Task;

    /// <summary>The call's own cancellation, which no single caller decides.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Whether the call was cancelled because nobody wants its answer any more.</summary>
    public bool IsAbandoned => _isAbandoned;

    public void Abandon()
    {
        _isAbandoned = true;
        Cancel();
    }

    /// <summary>Cancels the call and returns; what listens to the cancellation runs on another thread.</summary>
    public void Cancel() => _ = _cancellation.CancelAsync();

    public void Complete(EcrTokenEntry entry) => _completion.SetResult(entry);

    public void Fail(Exception exception)
    {
        _completion.SetException(exception);

        // A call that nobody waits for may fail without being reported as an unobserved exception.
        _ = _completion.Task.Exception;
    }
}

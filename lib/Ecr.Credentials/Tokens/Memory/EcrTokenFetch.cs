using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>A call to a cache's source, shared by all callers that wait for its result.</summary>
/// <param name="request">The request of the first caller.</param>
/// <param name="key">The key of the result.</param>
/// <param name="isRefresh">Whether it is a background refresh of a token that is still valid, started without a waiting caller.</param>
/// <param name="isForced">Whether its first caller does not accept the cached token.</param>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Without a timer the cancellation source owns no resources, and an abandoned call may still use its token.")]
internal sealed class EcrTokenFetch(EcrTokenRequest request, EcrTokenKey key, bool isRefresh, bool isForced)
{
    private readonly CancellationTokenSource _cancellation = new();

    // Callers must not continue on the thread that completes the call.
    private readonly TaskCompletionSource<EcrTokenEntry> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _isAbandoned;
    private volatile bool _isDetached;

    public EcrTokenRequest Request { get; } = request;

    public EcrTokenKey Key { get; } = key;

    public bool IsRefresh { get; } = isRefresh;

    public bool IsForced { get; } = isForced;

    /// <summary>What the call is waiting for; <see langword="null"/> if the source does not report it.</summary>
    public CallProgress? Progress { get; set; }

    /// <summary>What the call is waiting for, as far as it is known.</summary>
    public string WaitingFor => Progress?.WaitingFor ?? $"waiting for a token of region {MessageText.Quote(Request.Registry.Region)}";

    /// <summary>Whether the source was called. Read after <see cref="Result"/> has completed.</summary>
    public bool IsCalled { get; set; }

    /// <summary>Why the call failed, also if its result is a token that was cached before. Read after <see cref="Result"/> has completed.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The trace context of the first caller. A refresh starts a new trace, because no caller is waiting for it.</summary>
    public ActivityContext Parent { get; } = isRefresh ? default : Activity.Current?.Context ?? default;

    /// <summary>The number of waiting callers. Guarded by the cache's lock.</summary>
    public int Callers { get; set; }

    public Task<EcrTokenEntry> Result => _completion.Task;

    /// <summary>The cancellation token of the call itself, independent of any single caller.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Whether the call was canceled because no caller is waiting for its result any more.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Whether the result must not be cached, because tokens of its identity were removed since the call began.</summary>
    public bool IsDetached => _isDetached;

    public void Detach() => _isDetached = true;

    public void Abandon()
    {
        _isAbandoned = true;
        Cancel();
    }

    /// <summary>Cancels the call and returns immediately; cancellation callbacks run on another thread.</summary>
    public void Cancel() => _ = _cancellation.CancelAsync();

    public void Complete(EcrTokenEntry entry) => _completion.SetResult(entry);

    public void Fail(Exception exception)
    {
        _completion.SetException(exception);

        // Marks the exception as observed: a call without callers may fail without raising UnobservedTaskException.
        _ = _completion.Task.Exception;
    }
}

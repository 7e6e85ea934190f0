namespace Ecr.Emulator.Server;

/// <summary>The requests received so far, in order of arrival. Thread-safe.</summary>
internal sealed class RequestLog
{
    private readonly Lock _gate = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<(Func<RecordedRequest, bool> Matches, TaskCompletionSource<RecordedRequest> Arrival)> _waiters = [];

    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_gate)
        {
            return [.. _requests];
        }
    }

    /// <returns>The index of the request, for <see cref="Complete"/>.</returns>
    public int Add(RecordedRequest request)
    {
        lock (_gate)
        {
            _requests.Add(request);
            foreach (var waiter in _waiters.Where(waiter => waiter.Matches(request)).ToList())
            {
                _waiters.Remove(waiter);
                waiter.Arrival.TrySetResult(request);
            }

            return _requests.Count - 1;
        }
    }

    /// <summary>Adds the response to the record.</summary>
    public RecordedRequest Complete(int place, int statusCode, string? errorCode)
    {
        lock (_gate)
        {
            return _requests[place] = _requests[place] with { StatusCode = statusCode, ErrorCode = errorCode };
        }
    }

    /// <summary>Completes with the first past or future request for which <paramref name="matches"/> is true.</summary>
    public Task<RecordedRequest> WaitForAsync(Func<RecordedRequest, bool> matches, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_requests.Find(request => matches(request)) is { } seen)
            {
                return Task.FromResult(seen);
            }

            // Continuations must not run inside the lock that Add holds.
            var arrival = new TaskCompletionSource<RecordedRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((matches, arrival));
            return arrival.Task.WaitAsync(cancellationToken);
        }
    }
}

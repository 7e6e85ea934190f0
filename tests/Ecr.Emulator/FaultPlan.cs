namespace Ecr.Emulator;

/// <summary>The faults to inject, and when. Thread-safe.</summary>
public sealed class FaultPlan : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(Fault Fault, AwsService? Service)> _once = [];
    private readonly List<(Fault Fault, AwsService? Service)> _always = [];
    private readonly SemaphoreSlim _released = new(0);

    internal FaultPlan()
    {
    }

    /// <summary>Injects a fault into the next request (to <paramref name="service"/>, if given). Queued faults are consumed in order.</summary>
    public void Enqueue(Fault fault, AwsService? service = null)
    {
        lock (_gate)
        {
            _once.Add((fault, service));
        }
    }

    /// <summary>Injects a fault into every request (to <paramref name="service"/>, if given) to which no queued fault applies.</summary>
    public void Always(Fault fault, AwsService? service = null)
    {
        lock (_gate)
        {
            _always.Add((fault, service));
        }
    }

    /// <summary>Removes every fault. Requests that are already held remain held.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _once.Clear();
            _always.Clear();
        }
    }

    /// <summary>Releases one request held by <see cref="Fault.Slow"/>, or else the next one that it would hold.</summary>
    public void Release() => _released.Release();

    /// <inheritdoc />
    public void Dispose() => _released.Dispose();

    internal Fault? Take(AwsService service)
    {
        bool Matches((Fault Fault, AwsService? Service) entry) =>
            (entry.Service is null || entry.Service == service) && entry.Fault.AppliesTo(service);

        lock (_gate)
        {
            var next = _once.FindIndex(Matches);
            if (next >= 0)
            {
                var fault = _once[next].Fault;
                _once.RemoveAt(next);
                return fault;
            }

            return _always.Find(Matches).Fault;
        }
    }

    internal Task WaitForReleaseAsync(CancellationToken cancellationToken) => _released.WaitAsync(cancellationToken);
}

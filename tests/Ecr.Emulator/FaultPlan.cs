namespace Ecr.Emulator;

/// <summary>What the emulator shall do wrong, and when. Thread-safe.</summary>
public sealed class FaultPlan : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(Fault Fault, AwsService? Service)> _once = [];
    private readonly List<(Fault Fault, AwsService? Service)> _always = [];
    private readonly SemaphoreSlim _released = new(0);

    internal FaultPlan()
    {
    }

    /// <summary>Spoils the next request (of <paramref name="service"/>, where given). Faults are used up in the order they were queued.</summary>
    public void Enqueue(Fault fault, AwsService? service = null)
    {
        lock (_gate)
        {
            _once.Add((fault, service));
        }
    }

    /// <summary>Spoils every request (of <paramref name="service"/>, where given) that no queued fault takes.</summary>
    public void Always(Fault fault, AwsService? service = null)
    {
        lock (_gate)
        {
            _always.Add((fault, service));
        }
    }

    /// <summary>Forgets every fault. Requests that are held stay held.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _once.Clear();
            _always.Clear();
        }
    }

    /// <summary>Lets one request go that <see cref="Fault.Slow"/> holds, or the next that it would hold.</summary>
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

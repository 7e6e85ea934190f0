using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>An execution of a plugin that everybody shares who asks for the same while it runs.</summary>
/// <param name="serviceAccount">The service account of who came first.</param>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Without a timer the cancellation source holds nothing.")]
internal sealed class PluginFlight(ServiceAccountContext serviceAccount)
{
    private readonly CancellationTokenSource _cancellation = new();

    // Callers continue on threads of their own, never inside the execution that completes them.
    private readonly TaskCompletionSource<Result> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServiceAccountContext ServiceAccount { get; } = serviceAccount;

    /// <summary>Who waits. Guarded by the provider's lock.</summary>
    public int Callers { get; set; }

    /// <summary>The execution and what it means for who came first.</summary>
    public Task<Result> Completion => _completion.Task;

    /// <summary>The execution's own cancellation, which no single caller decides.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Kills the plugin before it returns.</summary>
    public void Cancel() => _cancellation.Cancel();

    public void Complete(PluginRun run, ProviderAnswer answer) => _completion.SetResult(new Result(run, answer));

    public void Fail(Exception exception)
    {
        _completion.SetException(exception);

        // An execution without waiting callers may fail without being reported as an unobserved exception.
        _ = _completion.Task.Exception;
    }

    /// <summary>An execution, and what it means for who came first.</summary>
    internal sealed record Result(PluginRun Run, ProviderAnswer Answer);
}

using System.Collections.Concurrent;
using System.Text.Json;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>Runs vectors by name. Those that sleep are started together, so that they sleep at the same time.</summary>
internal sealed class VectorRuns<T>(IReadOnlyDictionary<string, JsonElement> vectors, Func<string, JsonElement, Task<T>> run)
{
    private readonly ConcurrentDictionary<string, Task<T>> _started = new(StringComparer.Ordinal);

    /// <param name="mark">The text that a vector contains if it sleeps.</param>
    public void StartSlow(string mark)
    {
        foreach (var (name, vector) in vectors.Where(vector => vector.Value.GetRawText().Contains(mark, StringComparison.Ordinal)))
        {
            _started[name] = Task.Run(() => run(name, vector));
        }
    }

    public Task<T> RunAsync(string name) => _started.TryGetValue(name, out var started) ? started : run(name, vectors[name]);
}

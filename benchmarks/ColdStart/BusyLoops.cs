using System.Diagnostics;

namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>Processes that compute until they are disposed of, like the other pods of a busy node.</summary>
internal sealed class BusyLoops : IDisposable
{
    private readonly Process[] _processes;

    public BusyLoops(int count) =>
        _processes = [.. Enumerable.Range(0, count).Select(_ => Process.Start("/bin/sh", ["-c", "while :; do :; done"]))];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}

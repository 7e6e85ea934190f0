using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim;

/// <summary>Signals that end what is being done in an orderly way: what was begun is put back first.</summary>
/// <remarks>A plugin is in a process group of its own, which the terminal does not signal: it must be killed by its parent.</remarks>
internal sealed class CancelSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public CancelSignals() =>
        _registrations = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM), Register(PosixSignal.SIGHUP)];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(
        signal,
        context =>
        {
            context.Cancel = true;
            _source.Cancel();
        });
}

using Microsoft.Extensions.Hosting;

namespace Ecr.Emulator.Server;

/// <summary>In the place of the host's console lifetime, which would take Ctrl+C and SIGTERM away from the program around the emulator.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

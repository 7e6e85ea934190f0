using Microsoft.Extensions.Hosting;

namespace Ecr.Emulator.Server;

/// <summary>Replaces the host's console lifetime, which would handle Ctrl+C and SIGTERM instead of the program that runs the emulator.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

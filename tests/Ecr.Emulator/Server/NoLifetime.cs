using Microsoft.Extensions.Hosting;

namespace Ecr.Emulator.Server;

/// <summary>Replaces the host's console lifetime, which would intercept Ctrl+C and SIGTERM meant for the program that contains the emulator.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Ecr.Emulator.Server;

/// <summary>The web server under the emulator: every path goes to one pipeline, over loopback only.</summary>
internal sealed class EmulatorServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping;

    private EmulatorServer(WebApplication application, CancellationTokenSource stopping)
    {
        _application = application;
        _stopping = stopping;
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        HttpAddress = new Uri(addresses.Single(address => address.StartsWith("http:", StringComparison.Ordinal)));
    }

    public Uri HttpAddress { get; }

    public static async Task<EmulatorServer> StartAsync(int port, RequestPipeline pipeline)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });

        var application = builder.Build();
        var stopping = new CancellationTokenSource();
        application.Run(async context =>
        {
            try
            {
                await pipeline.HandleAsync(context, viaProxy: false, stopping.Token);
            }
            catch (OperationCanceledException)
            {
                // The client hung up, or the emulator ends while it holds the request.
                context.Abort();
            }
        });
        await application.StartAsync();
        return new EmulatorServer(application, stopping);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _stopping.Dispose();
    }
}

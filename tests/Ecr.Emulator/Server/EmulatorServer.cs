using System.Net;
using System.Net.Sockets;
using Ecr.Emulator.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ecr.Emulator.Server;

/// <summary>The web server of the emulator: one pipeline for every path, on loopback only.</summary>
internal sealed class EmulatorServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping;

    private EmulatorServer(WebApplication application, CancellationTokenSource stopping)
    {
        _application = application;
        _stopping = stopping;
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var uris = addresses.Select(address => new Uri(address)).ToLookup(address => (address.Scheme, address.HostNameType));
        HttpAddress = uris[(Uri.UriSchemeHttp, UriHostNameType.IPv4)].Single();
        HttpsAddress = uris[(Uri.UriSchemeHttps, UriHostNameType.IPv4)].Single();
        IPv6Address = uris[(Uri.UriSchemeHttp, UriHostNameType.IPv6)].SingleOrDefault();
    }

    public Uri HttpAddress { get; }

    public Uri HttpsAddress { get; }

    /// <summary>The address of the plain listener; null on a machine without an IPv6 loopback address.</summary>
    public Uri? IPv6Address { get; }

    /// <param name="port">The port of the plain listener; 0 selects a free port. The TLS and IPv6 listeners always use free ports.</param>
    /// <param name="pipeline">Handles the requests.</param>
    /// <param name="authority">Issues certificates for the names that TLS clients request.</param>
    /// <param name="proxy">Identifies the connections that it opened.</param>
    public static async Task<EmulatorServer> StartAsync(int port, RequestPipeline pipeline, TestCertificateAuthority authority, ConnectProxy proxy)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // A client on an emulated processor of a busy machine is not reset because it is slow.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.ConfigureHttpsDefaults(https => https.HandshakeTimeout = TimeSpan.FromMinutes(1));
            kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, port);
            if (HasIPv6Loopback())
            {
                kestrel.Listen(IPAddress.IPv6Loopback, 0);
            }

            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
                https.ServerCertificateSelector = (_, name) => authority.CertificateFor(name ?? "localhost")));
        });

        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        var application = builder.Build();
        var stopping = new CancellationTokenSource();
        application.Run(async context =>
        {
            try
            {
                await pipeline.HandleAsync(context, proxy.Owns(context.Connection.RemotePort), stopping.Token);
            }
            catch (OperationCanceledException)
            {
                // The client disconnected, or the emulator is stopping while it holds the request.
                context.Abort();
            }
            catch (Exception exception) when (!context.Response.HasStarted)
            {
                // A bug in the emulator must not look like one in the client.
                await Answer.Text(500, "text/plain", exception.ToString()).WriteAsync(context, TimeProvider.System.GetUtcNow());
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

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

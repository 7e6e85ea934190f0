using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ecr.Emulator.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ecr.Credentials.Tests.Support;

/// <summary>
/// A server on the loopback interface that replaces any other. Its connections reach it under every host name, with a certificate for that name.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TestCertificateAuthority _authority = new();
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly WebApplication _application;
    private Uri? _http;
    private Uri? _https;

    private LoopbackServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
                https.ServerCertificateSelector = (_, name) => _authority.CertificateFor(name ?? "localhost")));
        });
        _application = builder.Build();
    }

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary><c>http://127.0.0.1:PORT/</c></summary>
    public Uri Address => _http!;

    /// <summary>Starts a server that responds with <paramref name="answer"/>.</summary>
    public static async Task<LoopbackServer> StartAsync(Func<ReceivedRequest, HttpResponse, Task> answer)
    {
        var server = new LoopbackServer();
        server._application.Run(async context =>
        {
            var request = await ReceivedRequest.ReadAsync(context.Request);
            server._requests.Enqueue(request);
            await answer(request, context.Response);
        });
        await server._application.StartAsync();

        var addresses = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        server._http = addresses.Select(address => new Uri(address)).Single(address => address.Scheme == Uri.UriSchemeHttp);
        server._https = addresses.Select(address => new Uri(address)).Single(address => address.Scheme == Uri.UriSchemeHttps);
        return server;
    }

    /// <summary>Starts a server that accepts one <c>Authorization</c> header and challenges every other request.</summary>
    public static Task<LoopbackServer> StartWithBasicAuthenticationAsync(string username, string password) => StartAsync((request, response) =>
    {
        if (request.Authorization != BasicAuthorization(username, password))
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.Headers.WWWAuthenticate = "Basic realm=\"registry\"";
        }

        return Task.CompletedTask;
    });

    /// <summary>A response that never begins, until the client disconnects.</summary>
    public static async Task StaySilentAsync(ReceivedRequest request, HttpResponse response)
    {
        var gone = new TaskCompletionSource();
        await using var registration = response.HttpContext.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>Resets the connection instead of responding.</summary>
    public static Task ResetAsync(ReceivedRequest request, HttpResponse response)
    {
        response.HttpContext.Abort();
        return Task.CompletedTask;
    }

    public static string BasicAuthorization(string username, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));

    /// <summary>Connects to this server, whatever the host and port of the request.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var isSecure = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, (isSecure ? _https! : _http!).Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>A primary handler that reaches this server under every name and port.</summary>
    public SocketsHttpHandler CreateConnection(bool followRedirects = false)
    {
        using var root = X509Certificate2.CreateFromPem(_authority.Pem);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = followRedirects,
            UseProxy = false,
            SslOptions =
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificate(root.RawData) },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            ConnectCallback = ConnectAsync,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _authority.Dispose();
    }
}

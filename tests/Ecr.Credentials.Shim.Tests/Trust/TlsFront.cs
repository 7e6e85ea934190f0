using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Ecr.Credentials.Shim.Tests.Trust;

/// <summary>A TLS server with the certificates that a test gives it, in front of a server without TLS.</summary>
internal sealed class TlsFront : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly SslServerAuthenticationOptions _options;

    /// <param name="server">The server behind.</param>
    /// <param name="certificate">The server's certificate, with its private key.</param>
    /// <param name="chain">What is sent along.</param>
    public TlsFront(Uri server, X509Certificate2 certificate, IEnumerable<X509Certificate2> chain)
    {
        _server = server;
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [.. chain], offline: true),
        };
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var secure = new SslStream(client.GetStream()))
            {
                await secure.AuthenticateAsServerAsync(_options);
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _server.Port);
                await Task.WhenAny(secure.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(secure));
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            // The client does not trust the certificates, which is what the test is about.
        }
    }
}

using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Ecr.Credentials.Shim.Tests.Trust;

/// <summary>A TLS server with the given certificates, in front of a server without TLS.</summary>
internal sealed class TlsFront : IDisposable
{
    private readonly ConnectionListener _listener;
    private int _connections;

    /// <param name="server">The server behind it.</param>
    /// <param name="certificate">The server's certificate, with its private key.</param>
    /// <param name="chain">The certificates to send with it.</param>
    public TlsFront(Uri server, X509Certificate2 certificate, IEnumerable<X509Certificate2> chain)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [.. chain], offline: true),
        };
        _listener = new ConnectionListener(new IPEndPoint(IPAddress.Loopback, 0), async connection =>
        {
            Interlocked.Increment(ref _connections);
            using var secure = new SslStream(connection);
            await secure.AuthenticateAsServerAsync(options);
            await ConnectionListener.ForwardAsync(secure, server.Port);
        });
    }

    /// <summary>The number of connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public int Port => _listener.Port;

    public void Dispose() => _listener.Dispose();
}

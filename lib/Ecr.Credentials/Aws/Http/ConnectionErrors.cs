using System.Net.Sockets;
using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Describes in a few words why a request got no answer. The runtime's own messages may contain addresses with passwords.</summary>
internal static class ConnectionErrors
{
    /// <summary>Why there was no answer, to be read after a colon.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        TimeoutException or OperationCanceledException => "timed out",
        _ when ServerCertificateException.Find(exception) is { } e => $"TLS handshake failed: {MessageText.OneLine(e.Message)}",
        HttpRequestException { InnerException: SocketException e } => Describe(e),
        SocketException e => Describe(e),
        HttpRequestException e => e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "DNS lookup failed",
            HttpRequestError.SecureConnectionError => "TLS handshake failed: the certificate is not trusted, or the server does not use TLS on this port",
            HttpRequestError.ProxyTunnelError => "the proxy refused the connection",
            HttpRequestError.ConnectionError => "connection failed",
            HttpRequestError.InvalidResponse => "invalid HTTP response",
            HttpRequestError.ConfigurationLimitExceeded => "the response is too large",
            _ => "connection reset",
        },
        _ => "connection reset",
    };

    /// <summary>Whether another attempt would fail in the same way.</summary>
    public static bool IsPermanent(Exception exception) => ServerCertificateException.Find(exception) is not null;

    private static string Describe(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery => "DNS lookup failed",
        SocketError.TimedOut => "timed out",
        _ => "connection failed",
    };
}

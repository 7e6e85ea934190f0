using System.Net.Sockets;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Describes in a few words why a request got no answer. The runtime's own messages may contain addresses with passwords.</summary>
internal static class ConnectionErrors
{
    /// <summary>Why there was no answer, to be read after a colon.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        TimeoutException or OperationCanceledException => "timed out",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        HttpRequestException e => e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "DNS lookup failed",
            HttpRequestError.SecureConnectionError => "TLS handshake failed: the certificate is not trusted",
            HttpRequestError.ProxyTunnelError => "the proxy refused the connection",
            HttpRequestError.ConnectionError => "connection failed",
            HttpRequestError.InvalidResponse => "invalid HTTP response",
            HttpRequestError.ConfigurationLimitExceeded => "the response is too large",
            _ => "connection reset",
        },
        _ => "connection reset",
    };
}

using System.Net.Sockets;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Says in a few words why a request got no answer. The runtime's own words may point at inner exceptions, which nobody sees.</summary>
internal static class ConnectionErrors
{
    /// <summary>Why there was no answer, to be read after a colon.</summary>
    public static string Explain(Exception exception) => exception switch
    {
        TimeoutException => "it does not answer in time",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "it refuses connections",
        HttpRequestException e => e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its name does not resolve",
            HttpRequestError.SecureConnectionError => "TLS failed, is its certificate trusted here?",
            HttpRequestError.ProxyTunnelError => "the proxy refused the connection",
            HttpRequestError.ConnectionError => "the connection failed",
            HttpRequestError.InvalidResponse => "it does not speak HTTP",
            HttpRequestError.ConfigurationLimitExceeded => "its answer is too long",
            _ => "the connection broke",
        },
        _ => "the connection broke",
    };
}

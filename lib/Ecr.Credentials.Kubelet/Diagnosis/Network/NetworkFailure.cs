using System.Net.Sockets;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Network;

/// <summary>Why a server cannot be reached, and what to do.</summary>
internal static class NetworkFailure
{
    /// <summary>Whether an exception is one of a call, or of the proxy or CA bundle that the plugin's environment names for it.</summary>
    public static bool Includes(Exception exception) =>
        exception is HttpRequestException or IOException or OperationCanceledException or EcrCredentialException;

    /// <param name="exception">The exception.</param>
    /// <param name="environment">Where variables are set.</param>
    public static (string Reason, string Remedy) Explain(Exception exception, string environment)
    {
        if (SocketErrorOf(exception) is { } error)
        {
            switch (error)
            {
                case SocketError.HostUnreachable or SocketError.NetworkUnreachable:
                    return ("host unreachable", "check the node's routes, NAT gateway or VPC endpoint: ip route");
                case SocketError.TimedOut:
                    return ("timed out", "check firewall, security group and network ACL for TCP port 443, or set HTTPS_PROXY");
                case SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData:
                    return ("DNS lookup failed", "check the node's DNS: resolvectl query, /etc/resolv.conf");
                default:
                    break;
            }
        }

        var reason = ConnectionErrors.Describe(exception);
        return exception switch
        {
            EcrCredentialException => (MessageText.OneLine(exception.Message), $"correct it in {environment}"),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (reason, ForCertificate(reason, environment)),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => (
                reason, $"check HTTPS_PROXY and NO_PROXY in {environment}"),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (
                reason, "check the node's DNS: resolvectl query, /etc/resolv.conf"),
            _ => (reason, "check firewall, security group, proxy (HTTPS_PROXY) and VPC endpoint"),
        };
    }

    // The clock was checked before.
    private static string ForCertificate(string reason, string environment) =>
        reason.Contains("it is for ", StringComparison.Ordinal) ? $"another server answers: check DNS, and proxy and AWS_ENDPOINT_URL in {environment}"
        : reason.Contains("it expired on", StringComparison.Ordinal) || reason.Contains("it is not valid before", StringComparison.Ordinal)
            ? "renew the certificate of the server, or of the proxy that inspects TLS"
        : $"if a proxy inspects TLS, name its CA certificates in AWS_CA_BUNDLE in {environment}";

    private static SocketError? SocketErrorOf(Exception exception) =>
        exception is SocketException socket ? socket.SocketErrorCode
        : exception.InnerException is { } inner ? SocketErrorOf(inner)
        : null;
}

using System.Net;
using System.Net.Sockets;

namespace Ecr.Credentials.Aws.Http;

/// <summary>
/// Hosts that are never called through a proxy: this machine and link-local addresses. A proxy on another machine would reach its own, and their
/// credentials are sent in clear text.
/// </summary>
internal static class DirectHosts
{
    // The IPv6 addresses of AWS's services on the link: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    private static readonly IPNetwork AwsLinkLocal = IPNetwork.Parse("fd00:ec2::/32");

    private static readonly IPNetwork LinkLocal = IPNetwork.Parse("169.254.0.0/16");

    public static bool Includes(Uri address) =>
        FindAddress(address) is { } ip
            ? IPAddress.IsLoopback(ip) || (ip.AddressFamily == AddressFamily.InterNetwork
                ? LinkLocal.Contains(ip)
                : ip.IsIPv6LinkLocal || AwsLinkLocal.Contains(ip))
            : address.IdnHost.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>The IP address that is the host; an IPv4 address that is mapped to IPv6 as itself. <see langword="null"/> for a name.</summary>
    public static IPAddress? FindAddress(Uri address) =>
        address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(address.IdnHost, out var ip)
            ? ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip
            : null;
}

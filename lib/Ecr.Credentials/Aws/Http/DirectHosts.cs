using System.Net;

namespace Ecr.Credentials.Aws.Http;

/// <summary>
/// Hosts that are never called through a proxy: this machine and link-local addresses. A proxy on another machine would reach its own, and their
/// credentials are sent in clear text.
/// </summary>
internal static class DirectHosts
{
    public static bool Includes(Uri address) =>
        FindAddress(address) is { } ip
            ? IPAddress.IsLoopback(ip) || IsLinkLocal(ip)
            : address.IdnHost.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>The IP address that is the host; an IPv4 address that is mapped to IPv6 as itself. <see langword="null"/> for a name.</summary>
    public static IPAddress? FindAddress(Uri address) =>
        address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(address.IdnHost, out var ip)
            ? ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip
            : null;

    // fd00:ec2::/32 has the IPv6 addresses of AWS's services on the link:
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    private static bool IsLinkLocal(IPAddress address) =>
        address.IsIPv6LinkLocal || address.GetAddressBytes() is [169, 254, _, _] or [0xfd, 0x00, 0x0e, 0xc2, ..];
}

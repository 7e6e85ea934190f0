using System.Net;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Another proxy, which is never used for <see cref="DirectHosts"/>.</summary>
internal sealed class DirectHostsBypass(IWebProxy proxy) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => proxy.Credentials;
        set => proxy.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => DirectHosts.Includes(destination) ? null : proxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => DirectHosts.Includes(host) || proxy.IsBypassed(host);
}

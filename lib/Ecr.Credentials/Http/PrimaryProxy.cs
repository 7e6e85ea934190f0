using System.Net;
using Ecr.Credentials.Aws.Http;

namespace Ecr.Credentials.Http;

/// <summary>The proxy of the primary handler below another handler.</summary>
/// <param name="unrestricted">A proxy that may be used for <see cref="DirectHosts"/>; <see langword="null"/> if there is none.</param>
internal sealed class PrimaryProxy(IWebProxy? unrestricted)
{
    /// <summary>Excludes <see cref="DirectHosts"/> from the proxy of the primary handler, which is possible until its first request.</summary>
    /// <param name="handler">The handler, or one above it.</param>
    public static PrimaryProxy Restrict(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler { InnerHandler: var inner })
        {
            handler = inner;
        }

        return handler switch
        {
            SocketsHttpHandler { UseProxy: true } sockets => Restrict(sockets.Proxy, proxy => sockets.Proxy = proxy),
            HttpClientHandler { UseProxy: true } client => Restrict(client.Proxy, proxy => client.Proxy = proxy),
            _ => new PrimaryProxy(unrestricted: null),
        };
    }

    /// <summary>The proxy that a request to one of <see cref="DirectHosts"/> would pass through; <see langword="null"/> if it would not.</summary>
    public Uri? FindFor(Uri address) =>
        unrestricted is not null && DirectHosts.Includes(address) && !unrestricted.IsBypassed(address) ? unrestricted.GetProxy(address) : null;

    private static PrimaryProxy Restrict(IWebProxy? current, Action<IWebProxy> replace)
    {
        if (current is DirectHostsBypass)
        {
            return new PrimaryProxy(unrestricted: null);
        }

        var proxy = current ?? HttpClient.DefaultProxy;
        try
        {
            replace(new DirectHostsBypass(proxy));
            return new PrimaryProxy(unrestricted: null);
        }
        catch (InvalidOperationException)
        {
            // It has sent a request.
            return new PrimaryProxy(proxy);
        }
    }
}

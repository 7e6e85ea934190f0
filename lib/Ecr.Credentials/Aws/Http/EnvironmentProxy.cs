using System.Net;

namespace Ecr.Credentials.Aws.Http;

/// <summary>
/// The proxies that the environment names, by the rules of Go's httpproxy, which the Go tools on the same machine follow:
/// <see href="https://pkg.go.dev/golang.org/x/net/http/httpproxy"/>.
/// </summary>
/// <remarks>Differs from Go in that link-local addresses are never called through a proxy. Immutable.</remarks>
internal sealed class EnvironmentProxy : IWebProxy, ICredentials
{
    private readonly ProxyServer? _http;
    private readonly ProxyServer? _https;
    private readonly NoProxyList _direct;

    private EnvironmentProxy(ProxyServer? http, ProxyServer? https, NoProxyList direct)
    {
        _http = http;
        _https = https;
        _direct = direct;
    }

    ICredentials? IWebProxy.Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <returns><see langword="null"/> if the environment names no proxy.</returns>
    public static EnvironmentProxy? Read(Func<string, string?> environment)
    {
        var http = FindServer(environment, "HTTP_PROXY", "http_proxy");
        var https = FindServer(environment, "HTTPS_PROXY", "https_proxy");
        if (http is null && https is null)
        {
            return null;
        }

        // A web server that runs a program by CGI passes the header Proxy of its client in HTTP_PROXY: https://go.dev/s/cgihttpproxy
        if (http is not null && environment("REQUEST_METHOD") is not null)
        {
            http = http.Refuse("a client of a web server can set it where REQUEST_METHOD is set");
        }

        return new EnvironmentProxy(http, https, new NoProxyList(environment("NO_PROXY") ?? environment("no_proxy")));
    }

    /// <summary>The proxy for an address; <see langword="null"/> if it is called directly.</summary>
    public ProxyServer? Find(Uri address)
    {
        var server = address.Scheme switch
        {
            "http" => _http,
            "https" => _https,
            _ => null,
        };
        return server is null || DirectHosts.Includes(address) || _direct.Includes(address) ? null : server;
    }

    /// <summary>Checks the proxy for an address.</summary>
    /// <exception cref="EcrCredentialException">The variable that names it has a value that cannot be used.</exception>
    public void ThrowIfInvalid(Uri address)
    {
        if (Find(address)?.Error is { } error)
        {
            throw EcrCredentialException.InvalidConfiguration(error);
        }
    }

    // .NET takes an exception for "no proxy", so callers check ThrowIfInvalid before.
    public Uri? GetProxy(Uri destination) => Find(destination)?.Address;

    public bool IsBypassed(Uri host) => Find(host) is null;

    // Go only knows Basic. SOCKS is not named by an authentication scheme.
    NetworkCredential? ICredentials.GetCredential(Uri uri, string authType) =>
        authType is "Negotiate" or "NTLM"
            ? null
            : Match(_https, uri) ?? Match(_http, uri);

    private static NetworkCredential? Match(ProxyServer? server, Uri address) =>
        server is { Error: null } && server.Address == address ? server.Credential : null;

    private static ProxyServer? FindServer(Func<string, string?> environment, string upper, string lower) =>
        environment(upper) is { } value ? ProxyServer.Parse(upper, value)
        : environment(lower) is { } other ? ProxyServer.Parse(lower, other)
        : null;
}

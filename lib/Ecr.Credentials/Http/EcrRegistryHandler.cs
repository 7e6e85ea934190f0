using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Http;

/// <summary>Adds the registry's credentials to HTTP requests for Amazon ECR, and to no others.</summary>
/// <remarks>
/// <para>
/// A request gets credentials if it has no <c>Authorization</c> header, its host is an ECR registry or matches one of
/// <see cref="EcrCredentialProviderOptions.RegistryAliases"/>, and it uses https; http only to <c>localhost</c> or a loopback address.
/// <see cref="EcrCredentialProviderOptions.UnknownRegistry"/> does not apply: only named hosts get credentials. ECR takes them as Basic; ECR Public as
/// Bearer, except at its token endpoint.
/// </para>
/// <para>
/// If the registry rejects the credentials, new ones are requested once, and the request is sent again if it has no content or its content is bytes or
/// text. Other content may be consumed already: the caller then gets the rejection, and its next request uses the new credentials.
/// </para>
/// <para>
/// Layers are redirected to storage, which must not see the credentials. Add the handler last, next to the primary handler: .NET's primary handlers
/// drop the header when they follow a redirect, and a redirect that is followed above passes through here again, with the storage's host. The header is
/// removed from the message when the response arrives, so that a handler above that sends the same message elsewhere does not send it. A handler below
/// that follows redirects itself must drop <c>Authorization</c>.
/// </para>
/// <para>
/// Requests to this machine and to link-local addresses never pass through a proxy: with its first request, the handler excludes them from the proxy of a
/// <see cref="SocketsHttpHandler"/> or <see cref="HttpClientHandler"/> below it. If that has sent requests already and would use a proxy, the request
/// gets no credentials.
/// </para>
/// <para>Thread-safe, as handlers are. It caches nothing; the provider does.</para>
/// </remarks>
/// <param name="provider">Decides which hosts are registries and provides their tokens; disposed by the caller.</param>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "The caller disposes the provider, which serves many handlers.")]
public sealed class EcrRegistryHandler(EcrCredentialProvider provider) : DelegatingHandler
{
    private readonly EcrCredentialProvider _provider = provider ?? throw new ArgumentNullException(nameof(provider));
    private readonly Lock _start = new();

    private PrimaryProxy? _proxy;

    /// <summary>
    /// Gets the key of <see cref="HttpRequestMessage.Options"/> for the AWS identity of a request, such as a tenant's, instead of that of the provider's rules.
    /// </summary>
    public static HttpRequestOptionsKey<EcrIdentity> IdentityKey { get; } = new("Ecr.Credentials.Identity");

    /// <summary>Sends the request, with credentials if it is for a registry.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The response.</returns>
    /// <exception cref="EcrCredentialException">No credentials can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var proxy = Start();
        if (FindTokenRequest(request, proxy) is not { } tokenRequest)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var address = request.RequestUri!;
        var registry = tokenRequest.Registry;
        var token = await _provider.GetTokenAsync(tokenRequest, cancellationToken).ConfigureAwait(false);
        var response = await SendAsync(request, registry, token, cancellationToken).ConfigureAwait(false);

        // A primary handler that follows redirects writes the new address into the message. Then another server rejected the request.
        if (!IsRejection(response, registry) || request.RequestUri != address)
        {
            return response;
        }

        var refreshed = await RefreshAsync(tokenRequest, token, response, cancellationToken).ConfigureAwait(false);
        if (refreshed.Password == token.Password || !CanSendAgain(request.Content))
        {
            return response;
        }

        response.Dispose();
        return await SendAsync(request, registry, refreshed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request that needs no credentials.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The response.</returns>
    /// <exception cref="NotSupportedException">The request needs credentials, which cannot be obtained synchronously.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return FindTokenRequest(request, Start()) is { } tokenRequest
            ? throw new NotSupportedException(
                $"credentials for {MessageText.Quote(tokenRequest.Registry.Host)} cannot be obtained synchronously. Use SendAsync.")
            : base.Send(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, EcrRegistry registry, EcrToken token, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = GetAuthorization(request.RequestUri!, registry, token);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The next owner of the message may log it or send it to another host.
            request.Headers.Authorization = null;
        }
    }

    private async Task<EcrToken> RefreshAsync(
        EcrTokenRequest request, EcrToken rejected, HttpResponseMessage rejection, CancellationToken cancellationToken)
    {
        try
        {
            return await _provider.GetTokenAsync(request.Rejecting(rejected), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            rejection.Dispose();
            throw;
        }
    }

    private PrimaryProxy Start()
    {
        lock (_start)
        {
            return _proxy ??= PrimaryProxy.Restrict(InnerHandler);
        }
    }

    private EcrTokenRequest? FindTokenRequest(HttpRequestMessage request, PrimaryProxy proxy)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } address)
        {
            return null;
        }

        if (request.Headers.NonValidated.Contains("Authorization"))
        {
            Log.SkippedRequest(_provider.Logger, address.Authority, "the request has an Authorization header");
            return null;
        }

        // A Host header set by the caller names another server, for TLS and for proxies.
        if (request.Headers.Host is not null)
        {
            Log.SkippedRequest(_provider.Logger, address.Authority, "the request has a Host header");
            return null;
        }

        request.Options.TryGetValue(IdentityKey, out var identity);
        if (_provider.FindTokenRequest(address.Authority, GetAuthorityWithPort(address), GetRepository(address), identity) is not { } tokenRequest)
        {
            Log.SkippedRequest(_provider.Logger, address.Authority, "the host is not an ECR registry, and no alias matches it");
            return null;
        }

        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            Log.InsecureRegistryRequest(_provider.Logger, address.Scheme, address.Authority);
            return null;
        }

        if (proxy.FindFor(address) is { } server)
        {
            Log.ProxiedRegistryRequest(_provider.Logger, address.Authority, MessageText.Address(server));
            return null;
        }

        return tokenRequest;
    }

    private static string GetAuthorityWithPort(Uri address) => address.IsDefaultPort ? $"{address.Authority}:{address.Port}" : address.Authority;

    // What an identity rule's path is compared with. In the registry's API the repository follows the version,
    // <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints>. Patterns match a prefix of the path, so its end does not matter.
    private static string GetRepository(Uri address)
    {
        var path = address.AbsolutePath;
        return path.StartsWith("/v2/", StringComparison.Ordinal) ? path["/v2".Length..] : path;
    }

    // ECR Public returns 400 instead of 401, <https://github.com/aws/containers-roadmap/issues/2835>.
    private static bool IsRejection(HttpResponseMessage response, EcrRegistry registry) =>
        response.StatusCode == HttpStatusCode.Unauthorized || (registry.IsPublic && response.StatusCode == HttpStatusCode.BadRequest);

    // These can be read again from the start.
    private static bool CanSendAgain(HttpContent? content) => content is null or ByteArrayContent or ReadOnlyMemoryContent;

    // ECR: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html#registry_auth_http>.
    // ECR Public: <https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html#public-registry-auth-http>.
    private static AuthenticationHeaderValue GetAuthorization(Uri address, EcrRegistry registry, EcrToken token)
    {
        var isBearer = registry.IsPublic && address.AbsolutePath is not ("/token" or "/token/");
        var credential = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{token.Username}:{token.Password}"));
        return new AuthenticationHeaderValue(isBearer ? "Bearer" : "Basic", credential);
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, string, Exception?> InsecureRegistryRequestMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, LogEvents.InsecureRegistryRequest, "Not sending credentials to the registry {Host} over {Scheme}; use https");

        private static readonly Action<ILogger, string, string, Exception?> ProxiedRegistryRequestMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, LogEvents.ProxiedRegistryRequest, "Not sending credentials to the registry {Host} through the proxy {Proxy}; bypass it");

        private static readonly Action<ILogger, string, string, Exception?> SkippedRequestMessage = LoggerMessage.Define<string, string>(
            LogLevel.Debug, LogEvents.SkippedRequest, "Not adding credentials to a request for {Host}: {Reason}");

        public static void SkippedRequest(ILogger logger, string host, string reason) => SkippedRequestMessage(logger, host, reason, null);

        public static void InsecureRegistryRequest(ILogger logger, string scheme, string host) => InsecureRegistryRequestMessage(logger, host, scheme, null);

        public static void ProxiedRegistryRequest(ILogger logger, string host, string proxy) => ProxiedRegistryRequestMessage(logger, host, proxy, null);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Http;

/// <summary>Adds the registry's credential to HTTP requests for Amazon ECR, and to no others.</summary>
/// <remarks>
/// <para>
/// A request gets a credential if it has no <c>Authorization</c> of its own, its host is an ECR registry or covered by
/// <see cref="EcrCredentialProviderOptions.RegistryAliases"/>, and it goes over https; over http only to <c>localhost</c> or a loopback address.
/// <see cref="EcrCredentialProviderOptions.UnknownRegistry"/> does not apply: no host gets a credential that is not named. ECR takes the credential as
/// Basic; ECR Public as Bearer, except at its token endpoint.
/// </para>
/// <para>
/// When the registry refuses the credential, a new one is asked for, once, and the request is sent again if its content is none, bytes or text.
/// Other content may have been used up: the caller then gets the refusal, and finds the new credential when it tries again.
/// </para>
/// <para>
/// Layers come by redirect from storage, which must not see the credential. Add the handler last, next to the primary handler: .NET's primary handlers
/// drop the header when they follow a redirect, and a redirect that is followed above passes here again, under the storage's host. The credential
/// is taken off the message when the answer is there, so that a handler above which sends the same message elsewhere has none to send. A handler below
/// that follows redirects itself must drop <c>Authorization</c>.
/// </para>
/// <para>Thread-safe, as handlers are. It has no state of its own; <see cref="IEcrTokenSource"/> under the provider decides what is cached.</para>
/// </remarks>
/// <param name="provider">Says which hosts are registries, and gives their tokens; the caller disposes it.</param>
public sealed class EcrRegistryHandler(EcrCredentialProvider provider) : DelegatingHandler
{
    private readonly EcrRegistryResolver _registries = (provider ?? throw new ArgumentNullException(nameof(provider))).Registries;
    private readonly IdentitySelector _identities = provider.Identities;
    private readonly IEcrTokenSource _tokens = provider.Tokens;
    private readonly ILogger _logger = provider.Logger;

    /// <summary>Sends the request, with a credential if it is for a registry.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The response.</returns>
    /// <exception cref="EcrCredentialException">There is no credential; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!TryGetRegistry(request, out var registry))
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var address = request.RequestUri!;
        var tokenRequest = new EcrTokenRequest(registry) { Identity = _identities.Select(GetImage(address)) };
        var token = await _tokens.GetTokenAsync(tokenRequest, cancellationToken).ConfigureAwait(false);
        var response = await SendAsync(request, registry, token, cancellationToken).ConfigureAwait(false);

        // A primary handler that follows redirects writes the new address into the message. Then it was another server that refused.
        if (!IsRefusal(response, registry) || request.RequestUri != address)
        {
            return response;
        }

        var renewed = await RenewAsync(tokenRequest, token, response, cancellationToken).ConfigureAwait(false);
        if (renewed.Password == token.Password || !CanSendAgain(request.Content))
        {
            return response;
        }

        response.Dispose();
        return await SendAsync(request, registry, renewed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request that needs no credential.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The response.</returns>
    /// <exception cref="NotSupportedException">The request needs a credential, which cannot be got synchronously.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        return TryGetRegistry(request, out var registry)
            ? throw new NotSupportedException($"The credential for {MessageText.Quote(registry.Host)} cannot be got synchronously. Use SendAsync.")
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
            // Who has the message next may log it, or send it to another host.
            request.Headers.Authorization = null;
        }
    }

    private async Task<EcrToken> RenewAsync(
        EcrTokenRequest request, EcrToken refused, HttpResponseMessage refusal, CancellationToken cancellationToken)
    {
        try
        {
            var renewal = new EcrTokenRequest(request.Registry) { Identity = request.Identity, RejectedToken = refused };
            return await _tokens.GetTokenAsync(renewal, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            refusal.Dispose();
            throw;
        }
    }

    private bool TryGetRegistry(HttpRequestMessage request, [NotNullWhen(true)] out EcrRegistry? registry)
    {
        registry = null;

        // A Host header of the caller's own names another server, to TLS as well as to proxies.
        if (request.RequestUri is not { IsAbsoluteUri: true } address
            || request.Headers.Host is not null
            || request.Headers.NonValidated.Contains("Authorization")
            || !TryGetRegistry(address, out var found))
        {
            return false;
        }

        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            Log.NotSecure(_logger, address.Scheme, address.Authority);
            return false;
        }

        registry = found;
        return true;
    }

    // An alias may name the port that a URI leaves out.
    private bool TryGetRegistry(Uri address, [NotNullWhen(true)] out EcrRegistry? registry) =>
        _registries.TryResolveNamed(address.Authority, out registry, out _)
        || (address.IsDefaultPort && _registries.TryResolveNamed($"{address.Authority}:{address.Port}", out registry, out _));

    // What an identity rule is compared with: host and repository, of which the registry's API has the latter behind its version,
    // <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints>. Patterns take the path as a prefix, so its end does not matter.
    private static string GetImage(Uri address)
    {
        var path = address.AbsolutePath;
        return string.Concat(address.Authority, path.StartsWith("/v2/", StringComparison.Ordinal) ? path.AsSpan("/v2".Length) : path);
    }

    // ECR Public says 400 where it should say 401, <https://github.com/aws/containers-roadmap/issues/2835>.
    private static bool IsRefusal(HttpResponseMessage response, EcrRegistry registry) =>
        response.StatusCode == HttpStatusCode.Unauthorized || (registry.IsPublic && response.StatusCode == HttpStatusCode.BadRequest);

    // Sent before by HttpClient, these can be read again from the start.
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
        private static readonly Action<ILogger, string, string, Exception?> NotSecureMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, new EventId(1, nameof(NotSecure)), "Sent no password over {Scheme} to the registry {Host}. Use https.");

        public static void NotSecure(ILogger logger, string scheme, string host) => NotSecureMessage(logger, scheme, host, null);
    }
}

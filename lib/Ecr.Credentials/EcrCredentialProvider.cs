using Ecr.Credentials.Aws;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials;

/// <summary>Answers the kubelet's requests, or anyone's question for the credential of an image, with passwords from Amazon ECR.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class EcrCredentialProvider : IDisposable
{
    private readonly EcrTokenClient? _ownClient;
    private readonly IEcrTokenSource _tokens;
    private readonly EcrRegistryResolver _registries;
    private readonly IdentitySelector _identities;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>A provider that asks AWS for every credential, with the identity that the AWS SDK finds.</summary>
    /// <param name="options">How it behaves; the defaults if left out.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message names it.</exception>
    public EcrCredentialProvider(EcrCredentialProviderOptions? options = null)
        : this(options, tokens: null)
    {
    }

    /// <summary>A provider on another source of tokens.</summary>
    /// <param name="tokens">The source; the caller disposes it.</param>
    /// <param name="options">How it behaves; the defaults if left out.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message names it.</exception>
    public EcrCredentialProvider(IEcrTokenSource tokens, EcrCredentialProviderOptions? options = null)
        : this(options, tokens ?? throw new ArgumentNullException(nameof(tokens)))
    {
    }

    private EcrCredentialProvider(EcrCredentialProviderOptions? options, IEcrTokenSource? tokens)
    {
        options ??= new EcrCredentialProviderOptions();
        options.Validate();
        _ownClient = tokens is null ? new EcrTokenClient(options.Logger, options.TimeProvider, options.Trust) : null;
        _tokens = tokens ?? _ownClient!;
        _registries = new EcrRegistryResolver(options);
        _identities = new IdentitySelector(options);
        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
    }

    internal IEcrTokenSource Tokens => _tokens;

    internal EcrRegistryResolver Registries => _registries;

    internal IdentitySelector Identities => _identities;

    internal ILogger Logger => _logger;

    /// <summary>Answers a request of the kubelet, in the version of the request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// One credential, for the registry host of the image, to be reused for that host during half of the password's remaining life, in whole seconds;
    /// for the image alone if an identity rule has a path.
    /// </returns>
    /// <exception cref="EcrCredentialException">There is no credential; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended; the message says what was still being waited for.</exception>
    public async ValueTask<CredentialProviderResponse> GetCredentialsAsync(
        CredentialProviderRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        var registry = _registries.Resolve(request.Image);
        var identity = _identities.Select(request);
        var token = await GetTokenAsync(registry, identity, cancellationToken).ConfigureAwait(false);
        var cacheDuration = GetCacheDuration(token);
        Log.GotToken(_logger, registry, token.ExpiresAt, cacheDuration);

        var host = EcrRegistry.GetHost(request.Image).ToString();
        return new CredentialProviderResponse
        {
            ApiVersion = request.ApiVersion,
            CacheKeyType = _identities.DependsOnPath ? CacheKeyType.Image : CacheKeyType.Registry,
            CacheDuration = cacheDuration,
            Auth = new Dictionary<string, AuthConfig>(1, StringComparer.Ordinal) { [host] = new AuthConfig(token.Username, token.Password) },
        };
    }

    /// <summary>Gives the user name and password for an image or registry host.</summary>
    /// <param name="imageOrHost">An image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>, without scheme.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="EcrCredentialException">There is no credential; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended; the message says what was still being waited for.</exception>
    public async ValueTask<AuthConfig> GetAuthAsync(string imageOrHost, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(imageOrHost);

        var registry = _registries.Resolve(imageOrHost);
        var token = await GetTokenAsync(registry, _identities.Select(imageOrHost), cancellationToken).ConfigureAwait(false);
        return new AuthConfig(token.Username, token.Password);
    }

    /// <summary>Gets the token for the private registries of the default region.</summary>
    /// <exception cref="EcrCredentialException">There is no token, or no default region; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended; the message says what was still being waited for.</exception>
    internal ValueTask<EcrToken> GetDefaultTokenAsync(CancellationToken cancellationToken) =>
        GetTokenAsync(EcrRegistryResolver.ResolveDefault(), EcrIdentity.Default, cancellationToken);

    /// <summary>Closes the connections to AWS that the provider opened itself.</summary>
    public void Dispose() => _ownClient?.Dispose();

    private ValueTask<EcrToken> GetTokenAsync(EcrRegistry registry, EcrIdentity identity, CancellationToken cancellationToken) =>
        _tokens.GetTokenAsync(new EcrTokenRequest(registry) { Identity = identity }, cancellationToken);

    // Half of the remaining life leaves the kubelet with a password that lives on for as long as it was cached. Zero says "do not cache"; left out,
    // the kubelet would cache for its configured default.
    private TimeSpan GetCacheDuration(EcrToken token)
    {
        var remaining = token.ExpiresAt - _timeProvider.GetUtcNow() ?? TimeSpan.Zero;
        return TimeSpan.FromSeconds(Math.Clamp((long)(remaining / 2).TotalSeconds, 0, (long)(EcrToken.MaxLifetime / 2).TotalSeconds));
    }

    private static class Log
    {
        private static readonly Action<ILogger, EcrRegistry, DateTimeOffset?, TimeSpan, Exception?> GotTokenMessage =
            LoggerMessage.Define<EcrRegistry, DateTimeOffset?, TimeSpan>(
                LogLevel.Debug, new EventId(1, nameof(GotToken)), "Got a password for {Registry} that expires {ExpiresAt:u}; to be cached for {CacheDuration}");

        public static void GotToken(ILogger logger, EcrRegistry registry, DateTimeOffset? expiresAt, TimeSpan cacheDuration) =>
            GotTokenMessage(logger, registry, expiresAt, cacheDuration, null);
    }
}

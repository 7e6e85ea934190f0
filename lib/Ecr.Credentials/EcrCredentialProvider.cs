using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Aws;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials;

/// <summary>Provides passwords from Amazon ECR: the credentials for an image, and answers to the kubelet's requests.</summary>
/// <remarks>Thread-safe. Create one and keep it: tokens are cached in memory, refreshed in the background, and removed when the provider is disposed.</remarks>
public sealed class EcrCredentialProvider : IDisposable
{
    private readonly IEcrTokenSource _tokens;
    private readonly IDisposable? _ownCache;
    private readonly EcrRegistryResolver _registries;
    private readonly IdentitySelector _identities;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Initializes a provider that gets its tokens from AWS, with the credentials that the AWS SDK would find, and caches them.</summary>
    /// <param name="options">The options; the defaults if omitted.</param>
    /// <param name="timeProvider">The clock; the system clock if omitted.</param>
    /// <param name="logger">Receives diagnostics, without secrets; none if omitted.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The provider disposes it.")]
    public EcrCredentialProvider(EcrCredentialProviderOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null)
        : this(CreateCache(timeProvider, logger), ownsTokens: true, options, timeProvider, logger)
    {
    }

    /// <summary>Initializes a provider that gets its tokens from another source, and caches them.</summary>
    /// <param name="tokens">
    /// The source; disposed by the caller. An <see cref="EcrTokenCache"/> is used as it is; the tokens of any other source are cached with the default
    /// <see cref="EcrTokenCacheOptions"/>.
    /// </param>
    /// <param name="options">The options; the defaults if omitted.</param>
    /// <param name="timeProvider">The clock; the system clock if omitted.</param>
    /// <param name="logger">Receives diagnostics, without secrets; none if omitted.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The provider disposes it.")]
    public EcrCredentialProvider(
        IEcrTokenSource tokens, EcrCredentialProviderOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null)
        : this(FindOrCreateCache(tokens, timeProvider, logger), ownsTokens: tokens is not EcrTokenCache, options, timeProvider, logger)
    {
    }

    private EcrCredentialProvider(
        IEcrTokenSource tokens, bool ownsTokens, EcrCredentialProviderOptions? options, TimeProvider? timeProvider, ILogger? logger)
    {
        options ??= new EcrCredentialProviderOptions();
        options.Validate();

        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _registries = new EcrRegistryResolver(options, _logger, new AwsDefaultRegion(AwsEnvironment.Get, _logger, _timeProvider).FindAsync);
        _identities = new IdentitySelector(options, AwsEnvironment.Get);
        _tokens = tokens;
        _ownCache = ownsTokens ? (IDisposable)tokens : null;
    }

    internal ILogger Logger => _logger;

    internal IEcrTokenSource TokenSource => _tokens;

    /// <summary>Answers a request of the kubelet, in the version of the request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>
    /// One credential for the registry host of the image, to be cached for half of the password's remaining lifetime in whole seconds: for that host,
    /// or for the image alone if an identity rule has a path.
    /// </returns>
    /// <exception cref="EcrCredentialException">No credentials can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public async ValueTask<CredentialProviderResponse> GetCredentialsAsync(
        CredentialProviderRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        var registry = await _registries.ResolveAsync(request.Image, cancellationToken).ConfigureAwait(false);
        var identity = _identities.Select(request.Image, request.ServiceAccountToken, request.ServiceAccountAnnotations);
        var token = await GetTokenAsync(new EcrTokenRequest(registry) { Identity = identity }, cancellationToken).ConfigureAwait(false);
        var cacheDuration = GetCacheDuration(token);
        Log.GotToken(_logger, registry, token.ExpiresAt, cacheDuration);

        var host = EcrRegistry.GetHost(request.Image).ToString();
        return new CredentialProviderResponse
        {
            ApiVersion = request.ApiVersion,
            CacheKeyType = _identities.DependsOnPath ? CacheKeyType.Image : CacheKeyType.Registry,
            CacheDuration = cacheDuration,
            Auth = new Dictionary<string, RegistryCredential>(1, StringComparer.Ordinal) { [host] = ToCredential(token) },
        };
    }

    /// <summary>Gets the user name and password for an image or registry host, with the AWS identity of the first matching rule.</summary>
    /// <param name="imageOrHost">An image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>, without scheme.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The credentials.</returns>
    /// <exception cref="EcrCredentialException">No credentials can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public async ValueTask<RegistryCredential> GetAuthAsync(string imageOrHost, CancellationToken cancellationToken = default) =>
        ToCredential(await GetTokenAsync(imageOrHost, cancellationToken).ConfigureAwait(false));

    /// <summary>Gets the user name and password for an image or registry host, with a given AWS identity.</summary>
    /// <param name="imageOrHost">An image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>, without scheme.</param>
    /// <param name="identity">The identity, instead of that of the rules, such as a tenant's.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The credentials.</returns>
    /// <exception cref="EcrCredentialException">No credentials can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public async ValueTask<RegistryCredential> GetAuthAsync(string imageOrHost, EcrIdentity identity, CancellationToken cancellationToken = default) =>
        ToCredential(await GetTokenAsync(imageOrHost, identity, cancellationToken).ConfigureAwait(false));

    /// <summary>Gets the token for an image or registry host: user name, password and expiry time.</summary>
    /// <param name="imageOrHost">An image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>, without scheme.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">No token can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public ValueTask<EcrToken> GetTokenAsync(string imageOrHost, CancellationToken cancellationToken = default) =>
        GetTokenCoreAsync(imageOrHost, identity: null, cancellationToken);

    /// <summary>Gets the token for an image or registry host, with a given AWS identity.</summary>
    /// <param name="imageOrHost">An image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>, without scheme.</param>
    /// <param name="identity">The identity, instead of that of the rules, such as a tenant's.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">No token can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public ValueTask<EcrToken> GetTokenAsync(string imageOrHost, EcrIdentity identity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return GetTokenCoreAsync(imageOrHost, identity, cancellationToken);
    }

    /// <summary>
    /// Gets a new token for an image or registry host past the cache, and caches it; concurrent calls share one. The cached token stays if this fails.
    /// </summary>
    /// <param name="imageOrHost">An image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>, without scheme.</param>
    /// <param name="identity">The AWS identity; that of the first matching rule if omitted.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">No token can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public async ValueTask<EcrToken> RefreshTokenAsync(
        string imageOrHost, EcrIdentity? identity = null, CancellationToken cancellationToken = default)
    {
        var request = await CreateRequestAsync(imageOrHost, identity, cancellationToken).ConfigureAwait(false);
        return _tokens is EcrTokenCache cache
            ? await cache.RefreshTokenAsync(request, cancellationToken).ConfigureAwait(false)
            : await GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether the provider has credentials for a host: it is an ECR registry, an alias matches it, or
    /// <see cref="EcrCredentialProviderOptions.UnknownRegistry"/> covers it. Makes no calls and never throws.
    /// </summary>
    /// <param name="imageOrHost">An image or host, without scheme; may be <see langword="null"/>.</param>
    /// <returns><see langword="false"/> if <see cref="GetAuthAsync(string, CancellationToken)"/> would refuse the host.</returns>
    public bool Handles([NotNullWhen(true)] string? imageOrHost) => imageOrHost is not null && _registries.Handles(imageOrHost);

    /// <summary>Gets a token for the private registries of the default region: that of the AWS configuration, or else of the EC2 instance.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">No token can be provided, or there is no default region; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public async ValueTask<EcrToken> GetDefaultTokenAsync(CancellationToken cancellationToken = default)
    {
        var registry = await _registries.ResolveDefaultAsync(cancellationToken).ConfigureAwait(false);
        return await GetTokenAsync(new EcrTokenRequest(registry), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the cached tokens and closes the connections to AWS, unless they belong to a source of the caller.</summary>
    public void Dispose() => _ownCache?.Dispose();

    /// <summary>A provider that calls its source for every token: for programs with one exchange, and to test what is above the cache.</summary>
    internal static EcrCredentialProvider WithoutCache(
        IEcrTokenSource tokens, EcrCredentialProviderOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        new(tokens, ownsTokens: false, options, timeProvider, logger);

    internal ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken) =>
        SourceErrors.GetTokenAsync(_tokens, request, cancellationToken);

    /// <summary>Removes the passwords that are cached outside the process for a named registry. False if the image's host is not one.</summary>
    internal bool TryForget(string image)
    {
        if (FindRegistry(image) is not { } registry)
        {
            return false;
        }

        (_tokens as IForgetfulSource)?.Forget(registry);
        return true;
    }

    /// <summary>Whether an image is in ECR Public.</summary>
    internal bool IsPublic(string image) => _registries.Find(image) is { IsPublic: true };

    /// <summary>The registry that an alias or the image's own host names; <see langword="null"/> if neither does.</summary>
    internal EcrRegistry? FindRegistry(string image) => _registries.TryResolveNamed(image, out var registry, out _) ? registry : null;

    /// <summary>The request for the token of an image in a named registry; <see langword="null"/> if the image's host is not one.</summary>
    /// <param name="authority">The host, with its port if that is written.</param>
    /// <param name="authorityWithPort">The host with its port.</param>
    /// <param name="path">The image's path.</param>
    /// <param name="identity">The identity; that of the rules if <see langword="null"/>.</param>
    internal EcrTokenRequest? FindTokenRequest(string authority, string authorityWithPort, string path, EcrIdentity? identity)
    {
        var registry = FindRegistry(authority) ?? FindRegistry(authorityWithPort);
        if (registry is null)
        {
            return null;
        }

        // A rule may name the port that is left out elsewhere.
        identity ??= _identities.Find(authority + path) ?? _identities.Select(authorityWithPort + path);
        return new EcrTokenRequest(registry) { Identity = identity };
    }

    private static EcrTokenCache CreateCache(TimeProvider? timeProvider, ILogger? logger) =>
        new(new EcrTokenClient(timeProvider, logger), ownsSource: true, options: null, timeProvider, logger);

    private static EcrTokenCache FindOrCreateCache(IEcrTokenSource tokens, TimeProvider? timeProvider, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return tokens as EcrTokenCache ?? new EcrTokenCache(tokens, options: null, timeProvider, logger);
    }

    private static RegistryCredential ToCredential(EcrToken token) => new(token.Username, token.Password);

    private async ValueTask<EcrToken> GetTokenCoreAsync(string imageOrHost, EcrIdentity? identity, CancellationToken cancellationToken)
    {
        var request = await CreateRequestAsync(imageOrHost, identity, cancellationToken).ConfigureAwait(false);
        return await GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<EcrTokenRequest> CreateRequestAsync(string imageOrHost, EcrIdentity? identity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(imageOrHost);

        var registry = await _registries.ResolveAsync(imageOrHost, cancellationToken).ConfigureAwait(false);
        return new EcrTokenRequest(registry) { Identity = identity ?? _identities.Select(imageOrHost) };
    }

    // After half of the remaining lifetime the password is still valid for as long as it was cached. Zero means "do not cache"; if omitted, the kubelet
    // would cache for its configured default.
    private TimeSpan GetCacheDuration(EcrToken token)
    {
        var remaining = token.ExpiresAt - _timeProvider.GetUtcNow() ?? TimeSpan.Zero;
        return TimeSpan.FromSeconds(Math.Clamp((long)(remaining / 2).TotalSeconds, 0, (long)(EcrToken.MaxLifetime / 2).TotalSeconds));
    }

    private static class Log
    {
        private static readonly Action<ILogger, EcrRegistry, DateTimeOffset?, TimeSpan, Exception?> GotTokenMessage =
            LoggerMessage.Define<EcrRegistry, DateTimeOffset?, TimeSpan>(
                LogLevel.Debug, LogEvents.GotToken, "Got a password for {Registry} that expires at {ExpiresAt:u}; cache duration {CacheDuration}");

        public static void GotToken(ILogger logger, EcrRegistry registry, DateTimeOffset? expiresAt, TimeSpan cacheDuration) =>
            GotTokenMessage(logger, registry, expiresAt, cacheDuration, null);
    }
}

using Ecr.Credentials.Aws;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials;

/// <summary>Provides passwords from Amazon ECR: answers the kubelet's requests, and returns the credentials for an image.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class EcrCredentialProvider : IDisposable
{
    private readonly EcrTokenClient? _ownClient;
    private readonly IEcrTokenSource _tokens;
    private readonly EcrRegistryResolver _registries;
    private readonly IdentitySelector _identities;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Initializes a provider that calls AWS for every token, with the credentials that the AWS SDK would find.</summary>
    /// <param name="options">The options; the defaults if omitted.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public EcrCredentialProvider(EcrCredentialProviderOptions? options = null)
        : this(options, tokens: null)
    {
    }

    /// <summary>Initializes a provider that gets its tokens from another source.</summary>
    /// <param name="tokens">The source; disposed by the caller.</param>
    /// <param name="options">The options; the defaults if omitted.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public EcrCredentialProvider(IEcrTokenSource tokens, EcrCredentialProviderOptions? options = null)
        : this(options, tokens ?? throw new ArgumentNullException(nameof(tokens)))
    {
    }

    private EcrCredentialProvider(EcrCredentialProviderOptions? options, IEcrTokenSource? tokens)
    {
        options ??= new EcrCredentialProviderOptions();
        options.Validate();

        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
        _registries = new EcrRegistryResolver(options, new AwsDefaultRegion(AwsEnvironment.Get, _logger, _timeProvider).FindAsync);
        _identities = new IdentitySelector(options, AwsEnvironment.Get);
        _ownClient = tokens is null ? new EcrTokenClient(new EcrTokenClientOptions { Logger = _logger, TimeProvider = _timeProvider }) : null;
        _tokens = tokens ?? _ownClient!;
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
            Auth = new Dictionary<string, AuthConfig>(1, StringComparer.Ordinal) { [host] = new AuthConfig(token.Username, token.Password) },
        };
    }

    /// <summary>Gets the user name and password for an image or registry host.</summary>
    /// <param name="imageOrHost">An image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>, without scheme.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The credentials.</returns>
    /// <exception cref="EcrCredentialException">No credentials can be provided; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public async ValueTask<AuthConfig> GetAuthAsync(string imageOrHost, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(imageOrHost);

        var registry = await _registries.ResolveAsync(imageOrHost, cancellationToken).ConfigureAwait(false);
        var request = new EcrTokenRequest(registry) { Identity = _identities.Select(imageOrHost) };
        var token = await GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
        return new AuthConfig(token.Username, token.Password);
    }

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

    /// <summary>Closes the connections to AWS that the provider opened itself.</summary>
    public void Dispose() => _ownClient?.Dispose();

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
    internal EcrTokenRequest? FindTokenRequest(string authority, string authorityWithPort, string path)
    {
        var registry = FindRegistry(authority) ?? FindRegistry(authorityWithPort);
        if (registry is null)
        {
            return null;
        }

        // A rule may name the port that is left out elsewhere.
        var identity = _identities.Find(authority + path) ?? _identities.Select(authorityWithPort + path);
        return new EcrTokenRequest(registry) { Identity = identity };
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

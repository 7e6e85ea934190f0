using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>One provider at work: decides about images, asks the plugin, caches its answers and shares its executions.</summary>
/// <remarks>
/// Rules: <c>provide</c> of https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/plugin/plugin.go. Thread-safe.
/// </remarks>
internal sealed class PluginProvider
{
    private const string CachedByToken = "Token";

    private readonly CredentialProvider _configuration;
    private readonly List<KeyValuePair<ImagePattern, string>> _patterns;
    private readonly PluginRunner _runner;
    private readonly IServiceAccountSource? _serviceAccounts;

    // Guards the fields below it and PluginFlight.Callers.
    private readonly Lock _gate = new();
    private readonly Dictionary<CacheKey, PluginFlight> _flights = [];
    private bool _isDisposed;

    /// <exception cref="ArgumentException">The provider's version of the protocol does not exist.</exception>
    public PluginProvider(CredentialProvider configuration, PluginRunner runner, IServiceAccountSource? serviceAccounts, TimeProvider timeProvider)
    {
        _configuration = configuration;
        _patterns = ParsePatterns(configuration.MatchImages);
        _runner = runner;
        _serviceAccounts = serviceAccounts;
        Cache = new PluginCache(timeProvider);
        TokenAttributes = configuration.TokenAttributes is { ServiceAccountTokenAudience.Length: > 0 } attributes ? attributes : null;
    }

    public string Name => _configuration.Name;

    public PluginCache Cache { get; }

    /// <summary>How the plugin gets a token; null if it gets none.</summary>
    public ServiceAccountTokenAttributes? TokenAttributes { get; }

    /// <summary>The first entry of <c>matchImages</c> that matches an image; null if none does.</summary>
    public string? FindPattern(ReadOnlySpan<char> image)
    {
        foreach (var (pattern, text) in _patterns)
        {
            if (pattern.IsMatch(image))
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>The answer for an image that matches, if nothing has to be asked for it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="registry">The registry of the image.</param>
    /// <param name="identity">The pod's service account, or null.</param>
    /// <param name="auth">The credentials, or null.</param>
    public bool TryAnswer(string image, string registry, ServiceAccountIdentity? identity, [NotNullWhen(true)] out AuthMap? auth)
    {
        auth = null;
        if (TokenAttributes is not null)
        {
            if (identity is not null)
            {
                return false;
            }

            if (TokenAttributes.RequireServiceAccount == true)
            {
                auth = AuthMap.Empty;
                return true;
            }
        }

        auth = Cache.TryFind(image, registry, "", out var entry) ? entry.Auth : null;
        return auth is not null;
    }

    /// <summary>Provides the answer for an image that matches.</summary>
    /// <param name="image">The image.</param>
    /// <param name="registry">The registry of the image.</param>
    /// <param name="identity">The pod's service account, or null.</param>
    /// <param name="cancellationToken">Ends the caller's wait, and the plugin if no other caller waits for it.</param>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ObjectDisposedException">The provider is disposed, or was during the wait.</exception>
    public async Task<ProviderAnswer> ProvideAsync(string image, string registry, ServiceAccountIdentity? identity, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var serviceAccount = ServiceAccountContext.None;
        if (TokenAttributes is not null)
        {
            if (identity is null && TokenAttributes.RequireServiceAccount == true)
            {
                return new ProviderAnswer(ProviderOutcome.ServiceAccountMissing) { Detail = "the provider requires a service account, and the pod has none" };
            }

            // Before the cache, as the kubelet does: who gets no token gets no credentials either, also if there are some.
            if (identity is not null)
            {
                var (context, refusal) = await GetServiceAccountAsync(TokenAttributes, identity, cancellationToken).ConfigureAwait(false);
                if (refusal is not null)
                {
                    return refusal;
                }

                serviceAccount = context!;
            }
        }

        return await GetAsync(image, registry, serviceAccount, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills the plugins that run; who waits for one gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        PluginFlight[] flights;
        lock (_gate)
        {
            _isDisposed = true;
            flights = [.. _flights.Values];
            _flights.Clear();
        }

        foreach (var flight in flights)
        {
            flight.Cancel();
        }
    }

    private static ProviderAnswer Failed(PluginFailure failure) => new(ProviderOutcome.Failed) { Failure = failure };

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "Whatever the caller's source throws, the other providers go on.")]
    private async Task<(ServiceAccountContext? Context, ProviderAnswer? Refusal)> GetServiceAccountAsync(
        ServiceAccountTokenAttributes attributes, ServiceAccountIdentity identity, CancellationToken cancellationToken)
    {
        var step = "failed to get service account: ";
        try
        {
            if (_serviceAccounts is null)
            {
                return (null, Failed(PluginFailure.Of(step, "there is no source of service accounts", null, [])));
            }

            var account = await _serviceAccounts.GetServiceAccountAsync(identity, cancellationToken).ConfigureAwait(false);
            if (!TrySelectAnnotations(attributes, account, out var annotations, out var missing))
            {
                return (null, new ProviderAnswer(ProviderOutcome.AnnotationMissing) { Detail = $"required annotation {missing} not found" });
            }

            step = "failed to get service account token: ";
            var request = new ServiceAccountTokenRequest(identity, account.Uid, attributes.ServiceAccountTokenAudience);
            var token = await _serviceAccounts.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
            var reference = new ServiceAccountReference(identity.Namespace, identity.Name, account.Uid);
            return ServiceAccountContext.TryCreate(reference, token ?? "", annotations, attributes.CacheType == CachedByToken, out var context, out var error)
                ? (context, null)
                : (null, Failed(PluginFailure.Of("", error, null, [])));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Failed(PluginFailure.Of(step, e.Message, null, [])));
        }
    }

    private static bool TrySelectAnnotations(
        ServiceAccountTokenAttributes attributes,
        ServiceAccount account,
        out Dictionary<string, string> annotations,
        [NotNullWhen(false)] out string? missing)
    {
        annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in attributes.RequiredServiceAccountAnnotationKeys)
        {
            if (!account.Annotations.TryGetValue(key, out var value))
            {
                missing = key;
                return false;
            }

            annotations[key] = value;
        }

        foreach (var key in attributes.OptionalServiceAccountAnnotationKeys)
        {
            if (account.Annotations.TryGetValue(key, out var value))
            {
                annotations[key] = value;
            }
        }

        missing = null;
        return true;
    }

    private static List<KeyValuePair<ImagePattern, string>> ParsePatterns(IReadOnlyList<string> texts)
    {
        var patterns = new List<KeyValuePair<ImagePattern, string>>(texts.Count);
        foreach (var text in texts)
        {
            if (ImagePattern.TryParse(text, out var pattern))
            {
                patterns.Add(KeyValuePair.Create(pattern, text));
            }
        }

        return patterns;
    }

    private async Task<ProviderAnswer> GetAsync(string image, string registry, ServiceAccountContext serviceAccount, CancellationToken cancellationToken)
    {
        if (TryFindCached(image, registry, serviceAccount, out var cached))
        {
            return cached;
        }

        var key = new CacheKey(image, serviceAccount.FlightKey);
        PluginFlight? flight;
        var isFirst = false;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(KubeletCredentials));
            if (!_flights.TryGetValue(key, out flight))
            {
                // An execution ends after its answer is cached, so what is not found here has not been asked for.
                if (TryFindCached(image, registry, serviceAccount, out cached))
                {
                    return cached;
                }

                isFirst = true;
                flight = new PluginFlight(serviceAccount);
                _flights.Add(key, flight);
            }

            flight.Callers++;
        }

        if (isFirst)
        {
            _ = RunAsync(flight, image, registry, key);
        }

        var (run, answer) = await WaitAsync(flight, key, cancellationToken).ConfigureAwait(false);
        return isFirst ? answer
            : flight.ServiceAccount.CacheKey == serviceAccount.CacheKey ? answer.AsShared()
            : Accept(run, image, registry, serviceAccount).AsShared();
    }

    private bool TryFindCached(string image, string registry, ServiceAccountContext serviceAccount, [NotNullWhen(true)] out ProviderAnswer? answer)
    {
        answer = Cache.TryFind(image, registry, serviceAccount.CacheKey, out var entry)
            ? new ProviderAnswer(ProviderOutcome.Cached)
            {
                Auth = entry.Auth,
                CacheKeyType = entry.KeyType,
                CachedFor = Cache.TimeLeft(entry),
                ServiceAccount = serviceAccount.Reference,
            }
            : null;
        return answer is not null;
    }

    private async Task<PluginFlight.Result> WaitAsync(
        PluginFlight flight, CacheKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            bool isAbandoned;
            lock (_gate)
            {
                isAbandoned = --flight.Callers == 0;
                if (isAbandoned)
                {
                    // Who comes now begins anew.
                    Remove(flight, key);
                }
            }

            if (isAbandoned)
            {
                flight.Cancel();
            }

            throw;
        }
        catch (OperationCanceledException)
        {
            throw new ObjectDisposedException(nameof(KubeletCredentials));
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The exception goes to those who wait.")]
    private async Task RunAsync(PluginFlight flight, string image, string registry, CacheKey key)
    {
        PluginRun? run = null;
        ProviderAnswer? answer = null;
        Exception? exception = null;
        try
        {
            run = await _runner.RunAsync(image, flight.ServiceAccount.Token, flight.ServiceAccount.Annotations, flight.CancellationToken).ConfigureAwait(false);
            answer = Accept(run, image, registry, flight.ServiceAccount);
        }
        catch (Exception e)
        {
            exception = e;
        }

        lock (_gate)
        {
            Remove(flight, key);
        }

        if (exception is null)
        {
            flight.Complete(run!, answer!);
        }
        else
        {
            flight.Fail(exception);
        }
    }

    private void Remove(PluginFlight flight, CacheKey key)
    {
        if (_flights.TryGetValue(key, out var current) && current == flight)
        {
            _flights.Remove(key);
        }
    }

    private ProviderAnswer Accept(PluginRun run, string image, string registry, ServiceAccountContext serviceAccount)
    {
        ProviderAnswer Refused(PluginFailure failure) =>
            new(ProviderOutcome.Failed) { Failure = failure, ExecutionTime = run.Elapsed, ServiceAccount = serviceAccount.Reference };

        if (run.Response is not { } response)
        {
            return Refused(run.Failure!);
        }

        if (serviceAccount.Token.Length > 0
            && TokenAttributes!.CacheType != CachedByToken
            && response.Auth.Any(entry => entry.Value.Password == serviceAccount.Token))
        {
            return Refused(PluginFailure.Of(
                "",
                "credential provider plugin returned the service account token as the password which is not allowed when service account "
                    + "cache type is not set to 'Token'",
                null,
                []));
        }

        CacheKeyType? keyType = response.CacheKeyType switch
        {
            "Image" => CacheKeyType.Image,
            "Registry" => CacheKeyType.Registry,
            "Global" => CacheKeyType.Global,
            _ => null,
        };
        if (keyType is null)
        {
            var secrets = _configuration.Environment.Select(variable => variable.Value)
                .Concat(response.Auth.Select(entry => entry.Value.Password))
                .Append(serviceAccount.Token);
            return Refused(PluginFailure.Of("credential provider plugin did not return a valid cacheKeyType: ", response.CacheKeyType, null, secrets));
        }

        var auth = serviceAccount.Reference is { } reference ? run.Auth.With(reference) : run.Auth;
        var duration = response.CacheDuration ?? _configuration.DefaultCacheDuration ?? TimeSpan.Zero;
        if (duration != TimeSpan.Zero)
        {
            var text = keyType switch
            {
                CacheKeyType.Image => image,
                CacheKeyType.Registry => registry,
                _ => PluginCache.GlobalKey,
            };
            Cache.Add(text, serviceAccount.CacheKey, new CacheEntry(auth, keyType.Value, Cache.ExpiryAfter(duration)));
        }

        return new ProviderAnswer(ProviderOutcome.Executed)
        {
            Auth = auth,
            ExecutionTime = run.Elapsed,
            CacheKeyType = keyType,
            CachedFor = duration > TimeSpan.Zero ? duration : null,
            ServiceAccount = serviceAccount.Reference,
        };
    }
}

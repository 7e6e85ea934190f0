using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>Caches the tokens of another source in memory; concurrent requests for the same token share one call.</summary>
/// <remarks>
/// A token is returned until shortly before it expires, and is refreshed in the background after half of its lifetime. An expired token is never
/// returned. One token is valid for all registries of a region, whatever their account. Tokens/README.md in the source repository lists the invariants.
/// Thread-safe.
/// </remarks>
public sealed class EcrTokenCache : IEcrTokenSource, IForgetfulSource, IDisposable
{
    private readonly IEcrTokenSource _source;
    private readonly bool _ownsSource;
    private readonly IMemoryCache _entries;
    private readonly MemoryCache? _ownEntries;
    private readonly TimeSpan _refreshMargin;
    private readonly TimeSpan _fetchTimeout;
    private readonly TimeProvider _timeProvider;
    private readonly LastReadClock _clock;
    private readonly ILogger _logger;

    // The tokens in the memory cache, which cannot be enumerated if it is the caller's. Also the scope of the keys: unlike the cache itself, it may live as
    // long as a token in the caller's memory cache.
    private readonly ConcurrentDictionary<EcrTokenKey, EcrTokenEntry> _index = new(concurrencyLevel: 1, capacity: 1);

    // Guards the fields below and EcrTokenFetch.Callers. No foreign code runs under it: neither the source, the memory cache nor a listener.
    private readonly Lock _gate = new();
    private readonly Dictionary<EcrTokenKey, EcrTokenFetch> _fetches = [];
    private readonly HashSet<EcrTokenFetch> _detached = [];
    private volatile bool _isDisposed;

    /// <summary>Initializes a new instance of the <see cref="EcrTokenCache"/> class.</summary>
    /// <param name="source">The source to call on a miss; the caller disposes it, after the cache.</param>
    /// <param name="options">The options; the defaults if omitted.</param>
    /// <param name="timeProvider">The clock; the system clock if omitted.</param>
    /// <param name="logger">Receives failed refreshes, without secrets; none if omitted.</param>
    /// <param name="memoryCache">
    /// The memory cache that stores the tokens; a private one if omitted. Code that can enumerate it can read the passwords. Each token has size 1. The
    /// caller disposes it; several token caches may share it and never see each other's tokens.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public EcrTokenCache(
        IEcrTokenSource source,
        EcrTokenCacheOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null,
        IMemoryCache? memoryCache = null)
        : this(source, ownsSource: false, options, timeProvider, logger, memoryCache)
    {
    }

    internal EcrTokenCache(
        IEcrTokenSource source,
        bool ownsSource,
        EcrTokenCacheOptions? options,
        TimeProvider? timeProvider,
        ILogger? logger,
        IMemoryCache? memoryCache = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new EcrTokenCacheOptions();
        options.Validate();

        _source = source;
        _ownsSource = ownsSource;
        _refreshMargin = options.RefreshMargin;
        _fetchTimeout = options.FetchTimeout;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _clock = new LastReadClock(_timeProvider);
        _logger = logger ?? NullLogger.Instance;
        _ownEntries = memoryCache is null
            ? new MemoryCache(new MemoryCacheOptions { SizeLimit = options.SizeLimit, Clock = _clock })
            : null;
        _entries = memoryCache ?? _ownEntries!;
    }

    /// <summary>Gets a token that has not expired: synchronously from the cache, otherwise from the source.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the caller's wait. The call itself continues while other callers wait for it.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">
    /// No token could be obtained; see <see cref="EcrCredentialException.Reason"/>. Failures are not cached: the next request calls the source again.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed, before the call or during the wait.</exception>
    public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        var key = request.GetKey(_index);
        var now = _clock.Read();
        if (!TryFind(key, out var entry) || now >= entry.StaleAt || entry.ShouldReplace(request.RejectedToken, now))
        {
            return WaitForTokenAsync(request, key, isForced: false, cancellationToken);
        }

        if (now >= entry.RefreshAt)
        {
            StartRefresh(request, key);
        }

        EcrTelemetry.CountHit();
        return new ValueTask<EcrToken>(entry.Token);
    }

    /// <summary>Gets a new token from the source even if one is cached, and caches it. Concurrent calls share one call of the source.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the caller's wait. The call itself continues while other callers wait for it.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">No token could be obtained. A cached token stays in use for other requests.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed, before the call or during the wait.</exception>
    public ValueTask<EcrToken> RefreshTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        return WaitForTokenAsync(request, request.GetKey(_index), isForced: true, cancellationToken);
    }

    /// <summary>Removes the tokens of an AWS identity, such as a tenant that is gone. A call in progress still serves those who wait for it.</summary>
    /// <param name="identity">The identity.</param>
    public void Remove(EcrIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        Remove(key => key.Identity.Equals(identity));
    }

    /// <summary>Removes all tokens of this cache. A call in progress still serves those who wait for it.</summary>
    public void Clear() => Remove(static _ => true);

    void IForgetfulSource.Forget(EcrRegistry registry)
    {
        Remove(key => key.IsFor(registry));
        (_source as IForgetfulSource)?.Forget(registry);
    }

    /// <summary>
    /// Cancels pending calls; their callers get an <see cref="ObjectDisposedException"/>. Clears the private memory cache; a memory cache supplied by the
    /// caller is left as it is.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            // Under the lock, so that a fetch is either in the table or never started.
            _isDisposed = true;
            foreach (var fetch in _fetches.Values.Concat(_detached))
            {
                fetch.Abandon();
            }
        }

        _ownEntries?.Clear();
        _ownEntries?.Dispose();
        if (_ownsSource)
        {
            (_source as IDisposable)?.Dispose();
        }
    }

    /// <summary>The number of cached tokens.</summary>
    internal int Count => _index.Count;

    /// <summary>Completes when all pending calls have completed. For tests, which must not sleep.</summary>
    internal async Task WhenIdleAsync()
    {
        Task[] results;
        lock (_gate)
        {
            results = [.. _fetches.Values.Concat(_detached).Select(fetch => fetch.Result)];
        }

        await Task.WhenAll(results).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool TryFind(EcrTokenKey key, [NotNullWhen(true)] out EcrTokenEntry? entry)
    {
        entry = _entries.TryGetValue(key, out var value) ? value as EcrTokenEntry : null;
        return entry is not null;
    }

    private void Remove(Func<EcrTokenKey, bool> matches)
    {
        // First the calls: one that completes from here on does not cache its token.
        lock (_gate)
        {
            foreach (var fetch in _fetches.Values.Where(fetch => matches(fetch.Key)).ToArray())
            {
                fetch.Detach();
                _fetches.Remove(fetch.Key);
                _detached.Add(fetch);
            }
        }

        foreach (var (key, _) in _index)
        {
            if (matches(key))
            {
                _entries.Remove(key);
            }
        }
    }

    private async ValueTask<EcrToken> WaitForTokenAsync(
        EcrTokenRequest request, EcrTokenKey key, bool isForced, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fetch = Join(request, key, isForced);
            try
            {
                var entry = await fetch.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (isForced && fetch.Failure is { } failure)
                {
                    throw failure;
                }

                // The token may have expired since: the machine may have been suspended in between. A caller that does not accept the cached token may
                // have joined a call that found it.
                if (_clock.Read() < entry.ExpiresAt && (fetch.IsCalled || !isForced))
                {
                    return entry.Token;
                }
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(fetch.WaitingFor, e, cancellationToken);
            }
            finally
            {
                Leave(fetch);
            }
        }
    }

    private EcrTokenFetch Join(EcrTokenRequest request, EcrTokenKey key, bool isForced)
    {
        EcrTokenFetch? fetch;
        bool isFirst;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);

            // Lookup and insertion are atomic: of concurrent misses only one starts a call.
            isFirst = !_fetches.TryGetValue(key, out fetch);
            if (isFirst)
            {
                fetch = new EcrTokenFetch(request, key, isRefresh: false, isForced);
                _fetches.Add(key, fetch);
            }

            fetch!.Callers++;
        }

        if (isFirst)
        {
            Start(fetch);
            EcrTelemetry.CountMiss();
        }
        else
        {
            EcrTelemetry.CountSharedWait();
        }

        return fetch;
    }

    private void Leave(EcrTokenFetch fetch)
    {
        lock (_gate)
        {
            fetch.Callers--;
            if (fetch.Callers > 0 || fetch.IsRefresh || fetch.Result.IsCompleted)
            {
                return;
            }

            // Decrement and removal are atomic: the next caller starts a new call and cannot join one that is being canceled.
            Remove(fetch);
            fetch.Abandon();
        }
    }

    private void StartRefresh(EcrTokenRequest request, EcrTokenKey key)
    {
        EcrTokenFetch fetch;
        lock (_gate)
        {
            if (_isDisposed || _fetches.ContainsKey(key))
            {
                return;
            }

            fetch = new EcrTokenFetch(request, key, isRefresh: true, isForced: false);
            _fetches.Add(key, fetch);
        }

        Start(fetch);
    }

    // On another thread, so that a blocking source does not block the caller; without the execution context, because the call is shared.
    private void Start(EcrTokenFetch fetch) =>
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Cache.RunAsync(state.Fetch), (Cache: this, Fetch: fetch), preferLocal: false);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every exception is passed on to the waiting callers.")]
    private async Task RunAsync(EcrTokenFetch fetch)
    {
        EcrTokenEntry? entry = null;
        Exception? failure = null;
        try
        {
            entry = await GetEntryAsync(fetch).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = _isDisposed
                ? new ObjectDisposedException(nameof(EcrTokenCache))
                : SourceErrors.Translate(e, fetch.Request.Registry, fetch.CancellationToken);
        }

        // The entry is already stored, so a caller that does not find the fetch any more finds the entry.
        lock (_gate)
        {
            Remove(fetch);
        }

        if (entry is not null)
        {
            fetch.Complete(entry);
        }
        else
        {
            fetch.Fail(failure!);
        }
    }

    // After a fetch was abandoned or detached, a new one may exist under the same key.
    private void Remove(EcrTokenFetch fetch)
    {
        _detached.Remove(fetch);
        if (_fetches.TryGetValue(fetch.Key, out var current) && current == fetch)
        {
            _fetches.Remove(fetch.Key);
        }
    }

    private async Task<EcrTokenEntry> GetEntryAsync(EcrTokenFetch fetch)
    {
        // Another fetch may have completed between the caller's lookup and this fetch. Its token is then in the cache, and no second call is needed.
        var now = _clock.Read();
        if (TryFind(fetch.Key, out var cached)
            && !fetch.IsForced
            && now < (fetch.IsRefresh ? cached.RefreshAt : cached.StaleAt)
            && !cached.ShouldReplace(fetch.Request.RejectedToken, now))
        {
            return cached;
        }

        fetch.IsCalled = true;
        try
        {
            var fetched = await FetchAsync(fetch).ConfigureAwait(false);
            Store(fetch, fetched);
            return fetched;
        }
        catch (Exception e) when (!fetch.IsAbandoned && !fetch.IsDetached && TryFindValid(fetch.Key, out cached))
        {
            fetch.Failure = SourceErrors.Translate(e, fetch.Request.Registry, fetch.CancellationToken);
            var later = cached.AfterFailedRefresh(_clock.Read());
            Store(fetch, later);
            Log.RefreshFailed(_logger, fetch.Request.Registry.Region, later.ExpiresAt, e);
            return later;
        }
    }

    private bool TryFindValid(EcrTokenKey key, [NotNullWhen(true)] out EcrTokenEntry? entry) =>
        TryFind(key, out entry) && _clock.Read() < entry.ExpiresAt;

    private async Task<EcrTokenEntry> FetchAsync(EcrTokenFetch fetch)
    {
        var registry = fetch.Request.Registry;
        var startedAt = _timeProvider.GetTimestamp();
        using var activity = EcrTelemetry.StartFetch(registry, fetch.IsRefresh, fetch.Parent);
        try
        {
            var entry = await CallSourceAsync(fetch).ConfigureAwait(false);
            EcrTelemetry.EndFetch(activity, registry, fetch.IsRefresh, _timeProvider.GetElapsedTime(startedAt), failure: null);
            return entry;
        }
        catch (Exception e)
        {
            EcrTelemetry.EndFetch(activity, registry, fetch.IsRefresh, _timeProvider.GetElapsedTime(startedAt), e);
            throw;
        }
    }

    private async Task<EcrTokenEntry> CallSourceAsync(EcrTokenFetch fetch)
    {
        var requestedAt = _clock.Read();
        var token = SourceErrors.Check(await GetTokenWithTimeoutAsync(fetch).ConfigureAwait(false));
        var entry = new EcrTokenEntry(token, requestedAt, _refreshMargin);
        var now = _clock.Read();
        return now < entry.ExpiresAt
            ? entry
            : throw new EcrCredentialException(
                EcrCredentialErrorReason.InvalidResponse,
                $"the token of region {MessageText.Quote(fetch.Request.Registry.Region)} expired at {entry.ExpiresAt:u}, but the system clock says {now:u}. "
                    + "Synchronize the system clock.");
    }

    private async Task<EcrToken> GetTokenWithTimeoutAsync(EcrTokenFetch fetch)
    {
        try
        {
            // A source that ignores both its cancellation token and the time is abandoned.
            return await CallAsync(fetch)
                .AsTask()
                .WaitAsync(_fetchTimeout, _timeProvider, fetch.CancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && !fetch.IsAbandoned))
        {
            // HTTP clients report a timeout as a cancellation. Only callers that canceled may see an OperationCanceledException.
            fetch.Cancel();
            throw new EcrCredentialException(
                EcrCredentialErrorReason.Timeout,
                $"the request for a token of region {MessageText.Quote(fetch.Request.Registry.Region)} timed out{DescribeTimeout(e, fetch)}. "
                    + $"Check the network, or increase {nameof(EcrTokenCacheOptions.FetchTimeout)} ({_fetchTimeout}).",
                e);
        }
    }

    private ValueTask<EcrToken> CallAsync(EcrTokenFetch fetch)
    {
        if (_source is not IReportingSource reporting)
        {
            return _source.GetTokenAsync(fetch.Request, fetch.CancellationToken);
        }

        fetch.Progress = new CallProgress();
        return reporting.GetTokenAsync(fetch.Request, fetch.Progress, fetch.CancellationToken);
    }

    // A source's own timeout has its own limit.
    private string DescribeTimeout(Exception exception, EcrTokenFetch fetch) =>
        exception is TimeoutException ? $" after {_fetchTimeout.TotalSeconds:0.###}s, {fetch.WaitingFor}" : "";

    private void Store(EcrTokenFetch fetch, EcrTokenEntry entry)
    {
        var key = fetch.Key;
        if (!entry.HasExpiry || fetch.IsDetached)
        {
            return;
        }

        // Relative, because a memory cache supplied by the caller may use another clock. The token may have expired since it was checked: the machine may
        // have been suspended in between.
        var lifetime = entry.ExpiresAt - _clock.Read();
        if (lifetime <= TimeSpan.Zero)
        {
            return;
        }

        var options = new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = lifetime, Size = 1 };
        options.RegisterPostEvictionCallback(OnEvicted, _index);
        _index[key] = entry;
        EcrTelemetry.CountTokens(1);
        _entries.Set(key, entry, options);

        // Tokens of this identity may have been removed since the check above.
        if (fetch.IsDetached)
        {
            _entries.Remove(key);
        }
    }

    // Runs on another thread, possibly after the key has got another token.
    private static void OnEvicted(object key, object? value, EvictionReason reason, object? state)
    {
        EcrTelemetry.CountTokens(-1);
        EcrTelemetry.CountEviction(reason);
        ((ConcurrentDictionary<EcrTokenKey, EcrTokenEntry>)state!).TryRemove(new((EcrTokenKey)key, (EcrTokenEntry)value!));
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, DateTimeOffset, string, Exception?> RefreshFailedMessage =
            LoggerMessage.Define<string, DateTimeOffset, string>(
                LogLevel.Warning,
                LogEvents.RefreshFailed,
                "Failed to refresh the token of region {Region}; using the cached token until {ExpiresAt:u}: {Failure}");

        // The messages of this library's exceptions contain no secrets; those of inner and foreign exceptions may.
        public static void RefreshFailed(ILogger logger, string region, DateTimeOffset expiresAt, Exception failure) =>
            RefreshFailedMessage(
                logger,
                region,
                expiresAt,
                failure is EcrCredentialException ? failure.Message : failure.GetType().FullName!,
                (failure as EcrCredentialException)?.WithoutCause());
    }
}

using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>Caches the tokens of another source in memory; concurrent requests for the same token share one call.</summary>
/// <remarks>
/// A token is returned until shortly before it expires, and is refreshed in the background after half of its lifetime. An expired token is never
/// returned. One token is valid for all registries of a region, whatever their account. Tokens/README.md in the source repository lists the invariants.
/// Thread-safe.
/// </remarks>
public sealed class EcrTokenCache : IEcrTokenSource, IDisposable
{
    private readonly IEcrTokenSource _source;
    private readonly IMemoryCache _entries;
    private readonly MemoryCache? _ownEntries;
    private readonly TimeSpan _refreshMargin;
    private readonly TimeSpan _fetchTimeout;
    private readonly TimeProvider _timeProvider;
    private readonly LastReadClock _clock;
    private readonly ILogger _logger;
    private readonly object _scope = new();

    // Guards the two fields below and EcrTokenFetch.Callers. No foreign code runs under it: neither the source, the memory cache nor a listener.
    private readonly Lock _gate = new();
    private readonly Dictionary<EcrTokenKey, EcrTokenFetch> _fetches = [];
    private volatile bool _isDisposed;

    /// <summary>Initializes a new instance of the <see cref="EcrTokenCache"/> class.</summary>
    /// <param name="source">The source to call on a miss; the caller disposes it, after the cache.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public EcrTokenCache(IEcrTokenSource source, EcrTokenCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new EcrTokenCacheOptions();
        options.Validate();

        _source = source;
        _refreshMargin = options.RefreshMargin;
        _fetchTimeout = options.FetchTimeout;
        _timeProvider = options.TimeProvider;
        _clock = new LastReadClock(_timeProvider);
        _logger = options.Logger;
        _ownEntries = options.MemoryCache is null
            ? new MemoryCache(new MemoryCacheOptions { SizeLimit = options.SizeLimit, Clock = _clock })
            : null;
        _entries = options.MemoryCache ?? _ownEntries!;
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

        var key = request.GetKey(_scope);
        var now = _clock.Read();
        if (!TryFind(key, out var entry) || now >= entry.StaleAt || entry.ShouldReplace(request.RejectedToken, now))
        {
            return WaitForTokenAsync(request, key, cancellationToken);
        }

        if (now >= entry.RefreshAt)
        {
            StartRefresh(request, key);
        }

        EcrTelemetry.CountHit();
        return new ValueTask<EcrToken>(entry.Token);
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
            foreach (var fetch in _fetches.Values)
            {
                fetch.Abandon();
            }
        }

        _ownEntries?.Clear();
        _ownEntries?.Dispose();
    }

    /// <summary>Completes when all pending calls have completed. For tests, which must not sleep.</summary>
    internal async Task WhenIdleAsync()
    {
        Task[] results;
        lock (_gate)
        {
            results = [.. _fetches.Values.Select(fetch => fetch.Result)];
        }

        await Task.WhenAll(results).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool TryFind(EcrTokenKey key, [NotNullWhen(true)] out EcrTokenEntry? entry)
    {
        entry = _entries.TryGetValue(key, out var value) ? value as EcrTokenEntry : null;
        return entry is not null;
    }

    private async ValueTask<EcrToken> WaitForTokenAsync(EcrTokenRequest request, EcrTokenKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fetch = Join(request, key);
            try
            {
                var entry = await fetch.Result.WaitAsync(cancellationToken).ConfigureAwait(false);

                // The token may have expired since: the machine may have been suspended in between.
                if (_clock.Read() < entry.ExpiresAt)
                {
                    return entry.Token;
                }
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(
                    $"waiting for a token of region {MessageText.Quote(request.Registry.Region)}.", e, cancellationToken);
            }
            finally
            {
                Leave(fetch);
            }
        }
    }

    private EcrTokenFetch Join(EcrTokenRequest request, EcrTokenKey key)
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
                fetch = new EcrTokenFetch(request, key, isRefresh: false);
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

            fetch = new EcrTokenFetch(request, key, isRefresh: true);
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
            failure = _isDisposed ? new ObjectDisposedException(nameof(EcrTokenCache)) : SourceErrors.Translate(e, fetch.CancellationToken);
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

    // After a fetch was abandoned, a new one may exist under the same key.
    private void Remove(EcrTokenFetch fetch)
    {
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
            && now < (fetch.IsRefresh ? cached.RefreshAt : cached.StaleAt)
            && !cached.ShouldReplace(fetch.Request.RejectedToken, now))
        {
            return cached;
        }

        try
        {
            var fetched = await FetchAsync(fetch).ConfigureAwait(false);
            Store(fetch.Key, fetched);
            return fetched;
        }
        catch (Exception e) when (!fetch.IsAbandoned && TryFindValid(fetch.Key, out cached))
        {
            var later = cached.AfterFailedRefresh(_clock.Read());
            Store(fetch.Key, later);
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
            return await _source.GetTokenAsync(fetch.Request, fetch.CancellationToken)
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
                $"the request for a token of region {MessageText.Quote(fetch.Request.Registry.Region)} timed out. "
                    + $"Check the network, or increase {nameof(EcrTokenCacheOptions.FetchTimeout)} ({_fetchTimeout}).",
                e);
        }
    }

    private void Store(EcrTokenKey key, EcrTokenEntry entry)
    {
        if (!entry.HasExpiry)
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
        options.RegisterPostEvictionCallback(static (_, _, _, _) => EcrTelemetry.CountTokens(-1));
        _entries.Set(key, entry, options);
        EcrTelemetry.CountTokens(1);
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

using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tokens.Memory;

/// <summary>Keeps the tokens of another source in memory, and shares one call among all who ask for the same token at once.</summary>
/// <remarks>
/// A token is given out until shortly before it expires and is renewed in the background after half of its life; never is an expired one given out.
/// One token serves all registries of a region, whatever their account. The folder's README states the rules. Thread-safe.
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

    // Guards the two fields below it and EcrTokenFetch.Callers. No code of others runs under it: not the source, the memory cache or a listener.
    private readonly Lock _gate = new();
    private readonly Dictionary<EcrTokenKey, EcrTokenFetch> _fetches = [];
    private volatile bool _isDisposed;

    /// <summary>A cache before a source of tokens.</summary>
    /// <param name="source">Asked for what the cache does not have; the caller disposes it, after the cache.</param>
    /// <param name="options">How the cache behaves; the defaults if left out.</param>
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

    /// <summary>Gives a token that has not expired: at once if one is held, else when the source has answered.</summary>
    /// <param name="request">What the token is for.</param>
    /// <param name="cancellationToken">Ends the caller's wait. The call itself goes on until nobody waits for it.</param>
    /// <returns>The token.</returns>
    /// <exception cref="EcrCredentialException">There is no token; the reason says why. The next request asks again.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed, or was during the wait.</exception>
    public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        var key = request.GetKey(_scope);
        var now = _clock.Read();
        if (!TryFind(key, out var entry) || now >= entry.WaitFrom || entry.IsReplacedAfter(request.RejectedToken, now))
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

    /// <summary>Cancels the calls that are under way; who waits for one gets an <see cref="ObjectDisposedException"/>. Forgets the tokens held in memory of its own.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            // Under the lock, so that a fetch is either among these or not begun at all.
            _isDisposed = true;
            foreach (var fetch in _fetches.Values)
            {
                fetch.Abandon();
            }
        }

        _ownEntries?.Clear();
        _ownEntries?.Dispose();
    }

    /// <summary>Ends when the calls that are under way have ended. For tests, which must not sleep.</summary>
    internal async Task WhenIdleAsync()
    {
        Task[] answers;
        lock (_gate)
        {
            answers = [.. _fetches.Values.Select(fetch => fetch.Answer)];
        }

        await Task.WhenAll(answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
                var entry = await fetch.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);

                // Long may pass between the answer and this line: a machine can sleep here.
                if (_clock.Read() < entry.ExpiresAt)
                {
                    return entry.Token;
                }
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(
                    $"The call for a token of region {MessageText.Quote(request.Registry.Region)} had not been answered yet.", e, cancellationToken);
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

            // Finding and adding are one step: of callers who miss at once only one starts a call.
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
            if (fetch.Callers > 0 || fetch.IsRefresh || fetch.Answer.IsCompleted)
            {
                return;
            }

            // Leaving and removing are one step: who comes now starts a call, and does not join one that is being cancelled.
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

    // On another thread, so that a source which blocks holds up no caller; without the caller's execution context, since the call is not the caller's.
    private void Start(EcrTokenFetch fetch) =>
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Cache.RunAsync(state.Fetch), (Cache: this, Fetch: fetch), preferLocal: false);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it goes to those who wait.")]
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
            failure = _isDisposed ? new ObjectDisposedException(nameof(EcrTokenCache)) : e;
        }

        // The entry was stored before: who no longer finds the fetch finds the entry.
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

    // A fetch that was abandoned may have a successor under the same key.
    private void Remove(EcrTokenFetch fetch)
    {
        if (_fetches.TryGetValue(fetch.Key, out var current) && current == fetch)
        {
            _fetches.Remove(fetch.Key);
        }
    }

    private async Task<EcrTokenEntry> GetEntryAsync(EcrTokenFetch fetch)
    {
        // Between a caller's look into the cache and its fetch another fetch may have ended; then its token is here, and no second call is needed.
        var now = _clock.Read();
        if (TryFind(fetch.Key, out var held)
            && now < (fetch.IsRefresh ? held.RefreshAt : held.WaitFrom)
            && !held.IsReplacedAfter(fetch.Request.RejectedToken, now))
        {
            return held;
        }

        try
        {
            var fetched = await FetchAsync(fetch).ConfigureAwait(false);
            Store(fetch.Key, fetched);
            return fetched;
        }
        catch (Exception e) when (!fetch.IsAbandoned && TryFindValid(fetch.Key, out held))
        {
            var later = held.AfterFailedRefresh(_clock.Read());
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
        var askedAt = _clock.Read();
        var token = await GetTokenInTimeAsync(fetch).ConfigureAwait(false);
        var entry = new EcrTokenEntry(token, askedAt, _refreshMargin);
        var now = _clock.Read();
        return now < entry.ExpiresAt
            ? entry
            : throw new EcrCredentialException(
                EcrCredentialErrorReason.InvalidResponse,
                $"The token of region {MessageText.Quote(fetch.Request.Registry.Region)} expired at {entry.ExpiresAt:u}, and it is {now:u} on this machine. "
                    + "Set this machine's clock.");
    }

    private async Task<EcrToken> GetTokenInTimeAsync(EcrTokenFetch fetch)
    {
        try
        {
            // A source that looks neither at its cancellation token nor at the clock is left behind.
            return await _source.GetTokenAsync(fetch.Request, fetch.CancellationToken)
                .AsTask()
                .WaitAsync(_fetchTimeout, _timeProvider, fetch.CancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && !fetch.IsAbandoned))
        {
            // HTTP clients say "cancelled" where they mean a timeout; only who cancels himself is to see that.
            fetch.Cancel();
            throw new EcrCredentialException(
                EcrCredentialErrorReason.Timeout,
                $"The call for a token of region {MessageText.Quote(fetch.Request.Registry.Region)} was not answered in time. "
                    + $"Check the network, or raise {nameof(EcrTokenCacheOptions.FetchTimeout)} ({_fetchTimeout}).",
                e);
        }
    }

    private void Store(EcrTokenKey key, EcrTokenEntry entry)
    {
        if (!entry.HasExpiry)
        {
            return;
        }

        // A span, not a time: the memory cache of a caller may run on another clock.
        var options = new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = entry.ExpiresAt - _clock.Read(), Size = 1 };
        options.RegisterPostEvictionCallback(static (_, _, _, _) => EcrTelemetry.CountTokens(-1));
        _entries.Set(key, entry, options);
        EcrTelemetry.CountTokens(1);
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, DateTimeOffset, string, Exception?> RefreshFailedMessage =
            LoggerMessage.Define<string, DateTimeOffset, string>(
                LogLevel.Warning,
                new EventId(1, nameof(RefreshFailed)),
                "The token of region {Region} could not be renewed and serves until {ExpiresAt:u}: {Failure}");

        // The exceptions of this library hold no secret in their message; causes below them, and the exceptions of others, may.
        public static void RefreshFailed(ILogger logger, string region, DateTimeOffset expiresAt, Exception failure) =>
            RefreshFailedMessage(
                logger, region, expiresAt, failure is EcrCredentialException ? failure.Message : failure.GetType().FullName!, null);
    }
}

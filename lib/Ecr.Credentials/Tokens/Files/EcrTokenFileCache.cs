using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>Caches the tokens of another source in files, for short-lived processes; concurrent processes share one call to the source.</summary>
/// <remarks>
/// <para>
/// A token is returned from the cache in the first half of its lifetime. After that it is refreshed; if the refresh fails, the cached token is used until
/// it expires. Tokens/README.md in the source repository lists the invariants. Thread-safe.
/// </para>
/// <para>
/// Passwords are stored in plain text. The directory is created for the current user only (mode 0700, files 0600) and is not used if other users have
/// access to it. On a tmpfs, passwords do not survive a reboot and are not backed up.
/// </para>
/// <para>If the directory or a file in it cannot be used, the source is called as if there were no cache.</para>
/// </remarks>
public sealed class EcrTokenFileCache : IEcrTokenSource, IForgetfulSource
{
    // After waiting this long for the lock, a process calls the source itself. Twice this time plus an AWS call with all retries fits into the kubelet's
    // limit of one minute.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(100);

    // Short, because the cached token is still valid.
    private static readonly TimeSpan RefreshTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    private readonly IEcrTokenSource _source;
    private readonly Func<string> _configurationKey;
    private readonly TokenDirectory _directory;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Initializes a new instance of the <see cref="EcrTokenFileCache"/> class.</summary>
    /// <param name="source">The source to call on a miss; the caller disposes it.</param>
    /// <param name="directory">The cache directory; created when first used. On Linux it must not be a symbolic link.</param>
    /// <param name="options">The options; the defaults if omitted.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="directory"/> is not an absolute path, or an option is out of range; the message names it.
    /// </exception>
    public EcrTokenFileCache(IEcrTokenSource source, string directory, EcrTokenFileCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(directory);
        if (!Path.IsPathFullyQualified(directory))
        {
            throw new ArgumentException($"the cache directory {MessageText.Quote(directory)} is not an absolute path", nameof(directory));
        }

        options ??= new EcrTokenFileCacheOptions();
        options.Validate();

        _source = source;
        _configurationKey = options.ConfigurationKey ?? (source is IConfigurationDependent configured ? configured.GetConfigurationKey : static () => "");
        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
        _directory = new TokenDirectory(Path.GetFullPath(directory), _logger);
    }

    /// <inheritdoc/>
    public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TokenFileKey.Create(request, _configurationKey) is not { } key || !_directory.IsUsable())
        {
            return SourceErrors.GetTokenAsync(_source, request, cancellationToken);
        }

        var file = _directory.GetFile(key);
        var cached = file.Read();
        return IsFresh(cached, request) ? ReturnCached(cached, file) : WaitOrFetchAsync(file, request, cancellationToken);
    }

    void IForgetfulSource.Forget(EcrRegistry registry) => _directory.Remove(registry);

    private bool IsFresh([NotNullWhen(true)] TokenRecord? cached, EcrTokenRequest request) =>
        cached is not null && cached.IsFresh(_timeProvider.GetUtcNow(), request.RejectedToken);

    private ValueTask<EcrToken> ReturnCached(TokenRecord cached, TokenFile file)
    {
        Log.FileCacheHit(_logger, cached.Token, file);
        return new ValueTask<EcrToken>(cached.Token);
    }

    private async ValueTask<EcrToken> WaitOrFetchAsync(TokenFile file, EcrTokenRequest request, CancellationToken cancellationToken)
    {
        var isOpen = _directory.TryOpen(out var directory);
        using (directory)
        {
            return isOpen
                ? await WaitOrFetchAsync(file, directory, request, cancellationToken).ConfigureAwait(false)
                : await SourceErrors.GetTokenAsync(_source, request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<EcrToken> WaitOrFetchAsync(
        TokenFile file, SafeFileHandle? directory, EcrTokenRequest request, CancellationToken cancellationToken)
    {
        var startedAt = _timeProvider.GetTimestamp();
        for (var pause = MinPause; ; pause = pause * 2 < MaxPause ? pause * 2 : MaxPause)
        {
            var isAcquired = file.TryAcquireLock(directory, _timeProvider.GetUtcNow(), out var fileLock);
            using (fileLock)
            {
                // Read again, with or without the lock: another process may have written a token since the last read.
                var cached = file.Read();
                if (IsFresh(cached, request))
                {
                    return await ReturnCached(cached, file).ConfigureAwait(false);
                }

                if (isAcquired || _timeProvider.GetElapsedTime(startedAt) >= MaxWait)
                {
                    return await FetchAsync(file, directory, request, cached, cancellationToken).ConfigureAwait(false);
                }

                // The process that holds the lock refreshes the token for all.
                if (cached is not null && cached.IsValid(_timeProvider.GetUtcNow()) && cached.Token.Password != request.RejectedToken?.Password)
                {
                    return await ReturnCached(cached, file).ConfigureAwait(false);
                }
            }

            await PauseAsync(pause, file, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PauseAsync(TimeSpan pause, TokenFile file, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException(
                $"waiting for another process that holds the lock {MessageText.Quote(file.LockPath)}.", e, cancellationToken);
        }
    }

    private async Task<EcrToken> FetchAsync(
        TokenFile file, SafeFileHandle? directory, EcrTokenRequest request, TokenRecord? cached, CancellationToken cancellationToken)
    {
        var requestedAt = _timeProvider.GetUtcNow();
        try
        {
            // A token that would not survive a failed refresh must not shorten the wait.
            var token = cached is not null && cached.IsValid(requestedAt) && cached.IsValid(requestedAt + RefreshTimeout)
                ? await RefreshAsync(request, cancellationToken).ConfigureAwait(false)
                : await _source.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
            Store(file, directory, new TokenRecord(SourceErrors.Check(token), requestedAt));
            return token;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && cached is not null && cached.IsValid(_timeProvider.GetUtcNow()))
        {
            Log.FileCacheRefreshFailed(_logger, request.Registry.Region, cached.Token, e);
            Store(file, directory, cached.AfterFailedRefresh(_timeProvider.GetUtcNow() + RetryDelay));
            return cached.Token;
        }
        catch (Exception e) when (SourceErrors.Translate(e, request.Registry, cancellationToken) is var failure && failure != e)
        {
            throw failure;
        }
    }

    private async Task<EcrToken> RefreshAsync(EcrTokenRequest request, CancellationToken cancellationToken)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await _source.GetTokenAsync(request, abandoned.Token)
                .AsTask()
                .WaitAsync(RefreshTimeout, _timeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    // If the disk is full or read-only, caching fails but the caller still gets the token.
    private void Store(TokenFile file, SafeFileHandle? directory, TokenRecord token)
    {
        if (!token.CanBeStored)
        {
            return;
        }

        try
        {
            file.Write(token, directory);
            Log.FileCacheWritten(_logger, file, token.Token);
            _directory.RemoveStale(_timeProvider.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.FileCacheWriteFailed(_logger, file, e);
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, DateTimeOffset?, Exception?> FileCacheHitMessage = LoggerMessage.Define<string, DateTimeOffset?>(
            LogLevel.Debug, LogEvents.FileCacheHit, "Using the cached password in {File}, which expires at {ExpiresAt:u}");

        private static readonly Action<ILogger, string, string, Exception?> FileCacheWriteFailedMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, LogEvents.FileCacheWriteFailed, "Failed to cache the password in {File}: {Failure}");

        private static readonly Action<ILogger, string, DateTimeOffset?, string, Exception?> FileCacheRefreshFailedMessage =
            LoggerMessage.Define<string, DateTimeOffset?, string>(
                LogLevel.Warning,
                LogEvents.FileCacheRefreshFailed,
                "Failed to refresh the token of region {Region}; using the cached token until {ExpiresAt:u}: {Failure}");

        private static readonly Action<ILogger, string, DateTimeOffset?, Exception?> FileCacheWrittenMessage =
            LoggerMessage.Define<string, DateTimeOffset?>(
                LogLevel.Debug, LogEvents.FileCacheWritten, "Cached the password in {File}, which expires at {ExpiresAt:u}");

        public static void FileCacheWritten(ILogger logger, TokenFile file, EcrToken token)
        {
            if (logger.IsEnabled(LogLevel.Debug))
            {
                FileCacheWrittenMessage(logger, MessageText.Path(file.Path), token.ExpiresAt, null);
            }
        }

        public static void FileCacheHit(ILogger logger, EcrToken token, TokenFile file)
        {
            // Checked first, because preparing the arguments takes longer than the rest of a hit.
            if (logger.IsEnabled(LogLevel.Debug))
            {
                FileCacheHitMessage(logger, MessageText.Path(file.Path), token.ExpiresAt, null);
            }
        }

        public static void FileCacheWriteFailed(ILogger logger, TokenFile file, Exception failure) =>
            FileCacheWriteFailedMessage(logger, MessageText.Path(file.Path), MessageText.OneLine(failure.Message), failure);

        // The messages of this library's exceptions contain no secrets; those of inner and foreign exceptions may.
        public static void FileCacheRefreshFailed(ILogger logger, string region, EcrToken token, Exception failure) =>
            FileCacheRefreshFailedMessage(
                logger,
                region,
                token.ExpiresAt,
                failure is EcrCredentialException ? failure.Message : failure.GetType().FullName!,
                (failure as EcrCredentialException)?.WithoutCause());
    }
}

using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>Keeps the tokens of another source in files, for processes that live shortly, and lets one process ask where many want the same token.</summary>
/// <remarks>
/// <para>
/// A token is given out in the first half of its life; then another one is asked for, and the held one serves, until it expires, where that fails. The
/// folder's README states the rules. Thread-safe.
/// </para>
/// <para>
/// The passwords lie in the folder in plain text. It is made for this user alone (0700, files 0600), and is not used if anyone else can read or write it.
/// In memory (tmpfs) they survive no restart and reach no backup.
/// </para>
/// <para>Where the folder or a file in it cannot be used, the source is asked as if there were no cache.</para>
/// </remarks>
public sealed class EcrTokenFileCache : IEcrTokenSource
{
    // A process that waits longer asks by itself. Twice this time and a call of AWS with all its attempts fit the kubelet's minute.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // There is a token that will do.
    private static readonly TimeSpan RefreshTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    private readonly IEcrTokenSource _source;
    private readonly Func<string> _configurationKey;
    private readonly TokenDirectory _folder;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>A cache before a source of tokens.</summary>
    /// <param name="source">Asked for what the cache does not have; the caller disposes it.</param>
    /// <param name="folder">Where the tokens are; made when the first one is kept. On Linux it must not be a link.</param>
    /// <param name="options">The options; the defaults if omitted.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is empty, or an option is out of range; the message names it.</exception>
    public EcrTokenFileCache(IEcrTokenSource source, string folder, EcrTokenFileCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new EcrTokenFileCacheOptions();
        options.Validate();

        _source = source;
        _configurationKey = options.ConfigurationKey ?? (source is IConfigurationDependent configured ? configured.GetConfigurationKey : static () => "");
        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
        _folder = new TokenDirectory(Path.GetFullPath(folder), _logger);
    }

    /// <inheritdoc/>
    public ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TokenFileKey.Create(request, _configurationKey) is not { } key || !_folder.IsUsable())
        {
            return _source.GetTokenAsync(request, cancellationToken);
        }

        var file = _folder.GetFile(key);
        var held = file.Read();
        return IsFresh(held, request) ? Give(held, file) : WaitOrAskAsync(file, request, cancellationToken);
    }

    private bool IsFresh([NotNullWhen(true)] TokenRecord? held, EcrTokenRequest request) =>
        held is not null && held.IsFresh(_timeProvider.GetUtcNow(), request.RejectedToken);

    private ValueTask<EcrToken> Give(TokenRecord held, TokenFile file)
    {
        Log.Found(_logger, held.Token, file);
        return new ValueTask<EcrToken>(held.Token);
    }

    private async ValueTask<EcrToken> WaitOrAskAsync(TokenFile file, EcrTokenRequest request, CancellationToken cancellationToken)
    {
        var startedAt = _timeProvider.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var isMyTurn = file.TryTakeTurn(out var turn);
            using (turn)
            {
                // Looked for once more in one's turn: between the last look and now the process before may have written it.
                var held = file.Read();
                if (IsFresh(held, request))
                {
                    return await Give(held, file).ConfigureAwait(false);
                }

                if (isMyTurn || _timeProvider.GetElapsedTime(startedAt) >= LongestWait)
                {
                    return await AskAsync(file, request, held, cancellationToken).ConfigureAwait(false);
                }

                // Whose turn it is renews it for all.
                if (held is not null && held.IsGood(_timeProvider.GetUtcNow()) && held.Token.Password != request.RejectedToken?.Password)
                {
                    return await Give(held, file).ConfigureAwait(false);
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
                $"Another process, which holds {MessageText.Quote(file.LockPath)}, was still asking for the same token.", e, cancellationToken);
        }
    }

    private async Task<EcrToken> AskAsync(TokenFile file, EcrTokenRequest request, TokenRecord? held, CancellationToken cancellationToken)
    {
        var askedAt = _timeProvider.GetUtcNow();
        if (held is null || !held.IsGood(askedAt))
        {
            var token = await _source.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
            Keep(file, new TokenRecord(token, askedAt));
            return token;
        }

        try
        {
            var token = await AskInTimeAsync(request, cancellationToken).ConfigureAwait(false);
            Keep(file, new TokenRecord(token, askedAt));
            return token;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && held.IsGood(_timeProvider.GetUtcNow()))
        {
            Log.RefreshFailed(_logger, request.Registry.Region, held.Token, e);
            Keep(file, held.AfterFailedRefresh(_timeProvider.GetUtcNow() + RetryDelay));
            return held.Token;
        }
    }

    private async Task<EcrToken> AskInTimeAsync(EcrTokenRequest request, CancellationToken cancellationToken)
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

    // A disk that is full or read-only costs the cache, never the credential.
    private void Keep(TokenFile file, TokenRecord token)
    {
        if (!token.CanBeKept)
        {
            return;
        }

        try
        {
            file.Write(token);
            _folder.Sweep(_timeProvider.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, file, e);
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, DateTimeOffset?, Exception?> FoundMessage = LoggerMessage.Define<string, DateTimeOffset?>(
            LogLevel.Debug, new EventId(1, nameof(Found)), "Using the password in {File} that expires {ExpiresAt:u}");

        private static readonly Action<ILogger, string, string, Exception?> NotKeptMessage = LoggerMessage.Define<string, string>(
            LogLevel.Warning, new EventId(2, nameof(NotKept)), "The password could not be kept in {File}: {Failure}");

        private static readonly Action<ILogger, string, DateTimeOffset?, string, Exception?> RefreshFailedMessage =
            LoggerMessage.Define<string, DateTimeOffset?, string>(
                LogLevel.Warning,
                new EventId(3, nameof(RefreshFailed)),
                "The token of region {Region} could not be renewed and serves until {ExpiresAt:u}: {Failure}");

        public static void Found(ILogger logger, EcrToken token, TokenFile file)
        {
            // What a message is made of takes longer than the rest of a hit.
            if (logger.IsEnabled(LogLevel.Debug))
            {
                FoundMessage(logger, file.Path, token.ExpiresAt, null);
            }
        }

        public static void NotKept(ILogger logger, TokenFile file, Exception failure) => NotKeptMessage(logger, file.Path, failure.Message, null);

        // The exceptions of this library hold no secret in their message; causes below them, and the exceptions of others, may.
        public static void RefreshFailed(ILogger logger, string region, EcrToken token, Exception failure) =>
            RefreshFailedMessage(
                logger, region, token.ExpiresAt, failure is EcrCredentialException ? failure.Message : failure.GetType().FullName!, null);
    }
}

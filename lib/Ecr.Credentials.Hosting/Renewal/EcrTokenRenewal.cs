using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Hosting.Renewal;

/// <summary>Passes on the token of a registry, and every new one after half of the lifetime of the one before.</summary>
/// <param name="provider">Provides the tokens.</param>
/// <param name="imageOrHost">The registry.</param>
/// <param name="onToken">Takes a token. Called again with a valid one after it failed.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Receives renewals and failures.</param>
internal sealed class EcrTokenRenewal(
    EcrCredentialProvider provider, string imageOrHost, Func<EcrToken, CancellationToken, Task> onToken, TimeProvider timeProvider, ILogger logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromHours(1);

    /// <exception cref="EcrCredentialException">The host is not a registry of the provider.</exception>
    public override Task StartAsync(CancellationToken cancellationToken) => provider.Handles(imageOrHost)
        ? base.StartAsync(cancellationToken)
        : throw new EcrCredentialException(
            EcrCredentialErrorReason.NotAnEcrRegistry,
            $"cannot renew tokens for {MessageText.Quote(imageOrHost)}: it is not an Amazon ECR registry host, and no alias matches it");

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The callback may throw anything.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isPassedOn = false;
        while (true)
        {
            var delay = RetryDelay;
            try
            {
                var token = isPassedOn
                    ? await provider.RefreshTokenAsync(imageOrHost, identity: null, stoppingToken).ConfigureAwait(false)
                    : await provider.GetTokenAsync(imageOrHost, stoppingToken).ConfigureAwait(false);
                isPassedOn = false;
                await onToken(token, stoppingToken).ConfigureAwait(false);
                isPassedOn = true;
                delay = GetDelay(token);
                Log.TokenPassedOn(logger, imageOrHost, token.ExpiresAt, delay);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.RenewalFailed(logger, imageOrHost, e);
            }

            await Task.Delay(delay, timeProvider, stoppingToken).ConfigureAwait(false);
        }
    }

    private TimeSpan GetDelay(EcrToken token)
    {
        var half = token.ExpiresAt is { } expiresAt ? (expiresAt - timeProvider.GetUtcNow()) / 2 : UnknownLifetime;
        var limited = half < EcrToken.MaxLifetime / 2 ? half : EcrToken.MaxLifetime / 2;
        return limited > RetryDelay ? limited : RetryDelay;
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, DateTimeOffset?, TimeSpan, Exception?> TokenPassedOnMessage =
            LoggerMessage.Define<string, DateTimeOffset?, TimeSpan>(
                LogLevel.Information,
                LogEvents.TokenPassedOn,
                "Passed on a token for {Registry} that expires at {ExpiresAt:u}; the next one follows in {Delay}");

        private static readonly Action<ILogger, string, string, TimeSpan, Exception?> RenewalFailedMessage =
            LoggerMessage.Define<string, string, TimeSpan>(
                LogLevel.Error, LogEvents.RenewalFailed, "Failed to renew the token for {Registry}: {Failure}; retrying in {Delay}");

        public static void TokenPassedOn(ILogger logger, string registry, DateTimeOffset? expiresAt, TimeSpan delay) =>
            TokenPassedOnMessage(logger, registry, expiresAt, delay, null);

        // An exception of the callback may contain the password.
        public static void RenewalFailed(ILogger logger, string registry, Exception failure) =>
            RenewalFailedMessage(
                logger,
                registry,
                failure is EcrCredentialException ? failure.Message : $"{failure.GetType().Name}: {MessageText.OneLine(failure.Message)}",
                RetryDelay,
                (failure as EcrCredentialException)?.WithoutCause());
    }
}

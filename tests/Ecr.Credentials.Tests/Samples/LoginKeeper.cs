using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Keeps a login fresh while the host runs: passes every new password to a consumer, such as a configuration file.</summary>
internal sealed class LoginKeeper(
    IEcrTokenSource tokens, EcrRegistry registry, Func<EcrToken, CancellationToken, Task> login, TimeProvider time, ILogger<LoginKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    [SuppressMessage("Performance", "CA1848:Use the LoggerMessage delegates", Justification = "Once a minute at most.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        EcrToken? current = null;
        while (true)
        {
            var delay = RetryDelay;
            try
            {
                var token = await tokens.GetTokenAsync(new EcrTokenRequest(registry), stoppingToken);
                if (token != current)
                {
                    await login(token, stoppingToken);
                    current = token;
                }

                // The cache refreshes a token after half its lifetime. Checking at half of the remaining time finds the new one in good time.
                var half = (token.ExpiresAt - time.GetUtcNow()) / 2;
                delay = half > RetryDelay ? half.Value : RetryDelay;
            }
            catch (EcrCredentialException e)
            {
                logger.LogWarning("The login to {Registry} was not renewed: {Reason}", registry, e.Message);
            }

            await Task.Delay(delay, time, stoppingToken);
        }
    }
}

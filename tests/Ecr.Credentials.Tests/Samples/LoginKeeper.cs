using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Keeps a login fresh for as long as the host runs: tells somebody, such as a configuration file, every new password.</summary>
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

                // The cache renews a token after half of its life. To look in every half of the rest is to find the new one long before the old one expires.
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

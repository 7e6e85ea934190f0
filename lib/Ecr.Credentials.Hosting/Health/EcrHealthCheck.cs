using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ecr.Credentials.Hosting.Health;

/// <summary>Healthy if there is a token for a registry.</summary>
/// <param name="provider">Provides the token.</param>
/// <param name="imageOrHost">The registry.</param>
/// <param name="pastCache">Whether AWS is called even if a token is cached.</param>
internal sealed class EcrHealthCheck(EcrCredentialProvider provider, string imageOrHost, bool pastCache) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var token = pastCache
                ? await provider.RefreshTokenAsync(imageOrHost, identity: null, cancellationToken).ConfigureAwait(false)
                : await provider.GetTokenAsync(imageOrHost, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"got a token for {imageOrHost} that expires at {token.ExpiresAt:u}");
        }
        catch (EcrCredentialException e)
        {
            // A message of the cause may contain a secret, and results are published.
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e.WithoutCause());
        }
    }
}

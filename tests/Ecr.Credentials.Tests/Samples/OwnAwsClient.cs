using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Gets tokens from an AWS SDK client that the program already has, and caches them as usual.</summary>
internal static class OwnAwsClient
{
    /// <param name="services">The services.</param>
    /// <param name="getAuthorizationToken">
    /// Represents <c>AmazonECRClient.GetAuthorizationTokenAsync</c> in a region, whose response contains <c>AuthorizationToken</c> and <c>ExpiresAt</c>.
    /// </param>
    public static IServiceCollection AddEcrCredentials(
        this IServiceCollection services,
        Func<string, CancellationToken, Task<(string AuthorizationToken, DateTime? ExpiresAt)>> getAuthorizationToken)
    {
        var client = EcrTokenSource.FromDelegate(async (request, cancellationToken) =>
        {
            var data = await getAuthorizationToken(request.Registry.Region, cancellationToken);
            return EcrToken.FromAuthorizationToken(data.AuthorizationToken, data.ExpiresAt);
        });

        return services
            .AddSingleton<IEcrTokenSource>(_ => new EcrTokenCache(client))
            .AddEcrCredentials();
    }
}

using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Takes tokens from a client of the AWS SDK that the program has already, and keeps them as usual.</summary>
internal static class OwnAwsClient
{
    /// <param name="services">The services.</param>
    /// <param name="getAuthorizationToken">
    /// Stands for <c>AmazonECRClient.GetAuthorizationTokenAsync</c> in a region, whose answer holds <c>AuthorizationToken</c> and <c>ExpiresAt</c>.
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

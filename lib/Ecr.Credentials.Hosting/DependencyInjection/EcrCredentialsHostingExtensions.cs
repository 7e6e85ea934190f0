using Ecr.Credentials;
using Ecr.Credentials.Hosting.Health;
using Ecr.Credentials.Hosting.Renewal;
using Ecr.Credentials.Http;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Amazon ECR credentials to HTTP clients, health checks and hosts.</summary>
/// <remarks>
/// Each method adds the services of <c>AddEcrCredentials</c>, or with a key those of <c>AddKeyedEcrCredentials</c>, if they are missing; their options are
/// configured there.
/// </remarks>
public static class EcrCredentialsHostingExtensions
{
    private const string LogCategory = "Ecr.Credentials";

    /// <summary>Adds the credentials to the requests of an HTTP client for ECR, and to no others.</summary>
    /// <remarks>Call it after all methods that add other handlers: <see cref="EcrRegistryHandler"/> must be next to the primary handler.</remarks>
    /// <param name="builder">The HTTP client.</param>
    /// <param name="serviceKey">The key of <c>AddKeyedEcrCredentials</c>; <see langword="null"/> for the services without a key.</param>
    /// <returns>The same HTTP client.</returns>
    public static IHttpClientBuilder AddEcrCredentials(this IHttpClientBuilder builder, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.Services.AddEcrServices(serviceKey);
        return builder.AddHttpMessageHandler(services => services.GetRequiredKeyedService<EcrRegistryHandler>(serviceKey));
    }

    /// <summary>Adds a health check that is healthy if there is a token for a registry.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="imageOrHost">The registry: an image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>.</param>
    /// <param name="pastCache">
    /// Whether each check calls AWS even if a token is cached; not by default. Concurrent checks share one call. The new token is cached.
    /// </param>
    /// <param name="name">The name of the check; <c>ecr</c> by default.</param>
    /// <param name="serviceKey">The key of <c>AddKeyedEcrCredentials</c>; <see langword="null"/> for the services without a key.</param>
    /// <param name="failureStatus">The status without a token; <see cref="HealthStatus.Unhealthy"/> by default.</param>
    /// <param name="tags">Tags to filter checks by; none by default.</param>
    /// <param name="timeout">The timeout of a check; none by default.</param>
    /// <returns>The same health checks.</returns>
    public static IHealthChecksBuilder AddEcrCredentials(
        this IHealthChecksBuilder builder,
        string imageOrHost,
        bool pastCache = false,
        string name = "ecr",
        object? serviceKey = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(imageOrHost);

        builder.Services.AddEcrServices(serviceKey);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new EcrHealthCheck(services.GetRequiredKeyedService<EcrCredentialProvider>(serviceKey), imageOrHost, pastCache),
            failureStatus,
            tags,
            timeout));
    }

    /// <summary>Adds a hosted service that passes on the token of a registry when the host starts, and every new one long before the old one expires.</summary>
    /// <remarks>
    /// A token is renewed after half of its lifetime. If that fails, or <paramref name="onToken"/> throws, the failure is logged and the renewal is retried
    /// after one minute. May be called for several registries.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="imageOrHost">
    /// The registry: an image or host such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>. The host does not start if it is neither an ECR registry
    /// nor an alias.
    /// </param>
    /// <param name="onToken">Takes each token, for example to write a pull secret or to log in. Must not log the password.</param>
    /// <param name="serviceKey">The key of <c>AddKeyedEcrCredentials</c>; <see langword="null"/> for the services without a key.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEcrTokenRenewal(
        this IServiceCollection services,
        string imageOrHost,
        Func<IServiceProvider, EcrToken, CancellationToken, Task> onToken,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(imageOrHost);
        ArgumentNullException.ThrowIfNull(onToken);

        services.AddEcrServices(serviceKey);

        // Not AddHostedService, which adds one service of a type only.
        return services.AddSingleton<IHostedService>(provider => new EcrTokenRenewal(
            provider.GetRequiredKeyedService<EcrCredentialProvider>(serviceKey),
            imageOrHost,
            (token, cancellationToken) => onToken(provider, token, cancellationToken),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()?.CreateLogger(LogCategory) ?? NullLogger.Instance));
    }

    private static void AddEcrServices(this IServiceCollection services, object? serviceKey)
    {
        if (serviceKey is null)
        {
            services.AddEcrCredentials();
        }
        else
        {
            services.AddKeyedEcrCredentials(serviceKey);
        }
    }
}

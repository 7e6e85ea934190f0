using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials;
using Ecr.Credentials.Aws;
using Ecr.Credentials.DependencyInjection;
using Ecr.Credentials.Http;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Amazon ECR credentials to a service collection.</summary>
public static class EcrCredentialsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="EcrCredentialProvider"/>, its <see cref="IEcrTokenSource"/>, which caches tokens in memory, and <see cref="EcrRegistryHandler"/>
    /// for HTTP clients.
    /// </summary>
    /// <remarks>
    /// <para>
    /// May be called more than once: services are added once, and every <paramref name="configure"/> is applied. Existing registrations are kept: an
    /// <see cref="IEcrTokenSource"/> replaces AWS and the cache, a <see cref="TimeProvider"/> replaces the system clock.
    /// </para>
    /// <para>
    /// <c>Configure&lt;EcrTokenCacheOptions&gt;</c> configures the cache. Clock and logger come from the container unless the options set others. Options
    /// are validated when the host starts, or when a service is first resolved, and read once: later changes have no effect.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Configures the options. A <see cref="FormatException"/> of it becomes an <see cref="OptionsValidationException"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEcrCredentials(
        this IServiceCollection services, Action<EcrCredentialProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        return services.AddEcrServices(serviceKey: null, Options.Options.DefaultName, configure);
    }

    /// <summary>Adds the services of <see cref="AddEcrCredentials"/> under a key, for programs with several AWS identities.</summary>
    /// <remarks>
    /// Services of different keys share only the <see cref="TimeProvider"/>. The name of the options is the key's <c>ToString()</c>, as in
    /// <c>Configure&lt;EcrTokenCacheOptions&gt;("prod", ...)</c>.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key. Different keys must have different strings.</param>
    /// <param name="configure">Configures the options of this key.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The string of the key is empty, or equal to that of another key.</exception>
    public static IServiceCollection AddKeyedEcrCredentials(
        this IServiceCollection services, object serviceKey, Action<EcrCredentialProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);

        var optionsName = serviceKey.ToString();
        if (string.IsNullOrEmpty(optionsName))
        {
            throw new ArgumentException("the service key's ToString() is empty; use a non-empty string", nameof(serviceKey));
        }

        // They would share their options, and possibly an identity.
        if (services.Any(other => other.ServiceType == typeof(EcrCredentialProvider)
            && other.ServiceKey is { } otherKey && !otherKey.Equals(serviceKey) && otherKey.ToString() == optionsName))
        {
            throw new ArgumentException($"another service key has the same string \"{optionsName}\"; use different strings", nameof(serviceKey));
        }

        return services.AddEcrServices(serviceKey, optionsName, configure);
    }

    // With a null key the methods for keyed services add plain ones.
    private static IServiceCollection AddEcrServices(
        this IServiceCollection services, object? serviceKey, string optionsName, Action<EcrCredentialProviderOptions>? configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddEcrOptions(optionsName, configure);

        services.TryAddKeyedSingleton(serviceKey, (provider, _) =>
        {
            var options = provider.GetEcrOptions<EcrCredentialProviderOptions>(optionsName);
            return new EcrTokenClient(new EcrTokenClientOptions { Logger = options.Logger, TimeProvider = options.TimeProvider });
        });
        services.TryAddKeyedSingleton<IEcrTokenSource>(serviceKey, (provider, _) =>
            new EcrTokenCache(provider.GetRequiredKeyedService<EcrTokenClient>(serviceKey), provider.GetEcrOptions<EcrTokenCacheOptions>(optionsName)));
        services.TryAddKeyedSingleton(serviceKey, (provider, _) =>
            new EcrCredentialProvider(
                provider.GetRequiredKeyedService<IEcrTokenSource>(serviceKey), provider.GetEcrOptions<EcrCredentialProviderOptions>(optionsName)));

        // The handlers of an HTTP client are created anew every few minutes. They share the provider.
        services.TryAddKeyedTransient(serviceKey, (provider, _) =>
            new EcrRegistryHandler(provider.GetRequiredKeyedService<EcrCredentialProvider>(serviceKey)));
        return services;
    }

    private static void AddEcrOptions(this IServiceCollection services, string optionsName, Action<EcrCredentialProviderOptions>? configure)
    {
        services.AddOptions<EcrCredentialProviderOptions>(optionsName).ValidateOnStart();
        services.AddOptions<EcrTokenCacheOptions>(optionsName).ValidateOnStart();
        if (configure is not null)
        {
            services.Configure<EcrCredentialProviderOptions>(optionsName, options => Configure(optionsName, options, configure));
        }

        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IPostConfigureOptions<EcrCredentialProviderOptions>, EcrOptionsDefaults>(),
            ServiceDescriptor.Singleton<IPostConfigureOptions<EcrTokenCacheOptions>, EcrOptionsDefaults>(),
            ServiceDescriptor.Singleton<IValidateOptions<EcrCredentialProviderOptions>, EcrOptionsValidator>(),
            ServiceDescriptor.Singleton<IValidateOptions<EcrTokenCacheOptions>, EcrOptionsValidator>(),
        ]);
    }

    private static void Configure(string optionsName, EcrCredentialProviderOptions options, Action<EcrCredentialProviderOptions> configure)
    {
        try
        {
            configure(options);
        }
        catch (FormatException e)
        {
            throw new OptionsValidationException(
                optionsName, typeof(EcrCredentialProviderOptions), [$"{nameof(EcrCredentialProviderOptions)}: {e.Message}"]);
        }
    }

    private static TOptions GetEcrOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IServiceProvider provider, string optionsName)
        where TOptions : class =>
        provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(optionsName);
}

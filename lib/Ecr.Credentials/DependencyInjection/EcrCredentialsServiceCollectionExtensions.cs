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

/// <summary>Adds credentials for Amazon ECR to a program's services.</summary>
public static class EcrCredentialsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="EcrCredentialProvider"/>, its <see cref="IEcrTokenSource"/>, which keeps tokens in memory, and <see cref="EcrRegistryHandler"/> for
    /// HTTP clients.
    /// </summary>
    /// <remarks>
    /// <para>
    /// May be called any number of times: services are added once, every <paramref name="configure"/> counts. A service that is registered before stays:
    /// an <see cref="IEcrTokenSource"/> of the program's own takes the place of AWS and cache, a <see cref="TimeProvider"/> that of the system's clock.
    /// </para>
    /// <para>
    /// <c>Configure&lt;EcrTokenCacheOptions&gt;</c> sets how tokens are kept. Clock and logger are those of the container, unless the options name others.
    /// Options are checked when the host starts, or else when a service is first asked for, and read once: later changes have no effect.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. What it throws because a text does not parse is told as an <see cref="OptionsValidationException"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEcrCredentials(
        this IServiceCollection services, Action<EcrCredentialProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        return services.AddEcrServices(serviceKey: null, Options.Options.DefaultName, configure);
    }

    /// <summary>As <see cref="AddEcrCredentials"/>, under a key: for programs with several AWS identities.</summary>
    /// <remarks>
    /// Services of different keys share nothing but the <see cref="TimeProvider"/>. The text of the key is the name of the options, as in
    /// <c>Configure&lt;EcrTokenCacheOptions&gt;("prod", ...)</c>.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key. Two keys must differ in their text.</param>
    /// <param name="configure">Sets the options of this key.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The key has no text, or the same text as another key.</exception>
    public static IServiceCollection AddKeyedEcrCredentials(
        this IServiceCollection services, object serviceKey, Action<EcrCredentialProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);

        var optionsName = serviceKey.ToString();
        if (string.IsNullOrEmpty(optionsName))
        {
            throw new ArgumentException("The service key has no text. Its text names the options; use a string.", nameof(serviceKey));
        }

        // They would share their options, and so perhaps an identity.
        if (services.Any(other => other.ServiceType == typeof(EcrCredentialProvider)
            && other.ServiceKey is { } otherKey && !otherKey.Equals(serviceKey) && otherKey.ToString() == optionsName))
        {
            throw new ArgumentException($"Another service key has the text \"{optionsName}\" too. Its text names the options; use strings.", nameof(serviceKey));
        }

        return services.AddEcrServices(serviceKey, optionsName, configure);
    }

    // Without key, the methods for keyed services add plain ones.
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

        // An HTTP client's handlers are made anew every few minutes. They take what the provider has read of its options.
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
